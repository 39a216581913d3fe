"""The compiler says everything that is wrong with a route at once, on the right line, in Dutch."""

from pathlib import Path

import pytest

from domain.route_check import RouteFouten, bereikbaar, compileer, hash_van

DATA = Path(__file__).parent / "data"
PROEF = (DATA / "proefroute.v1.yaml").read_text(encoding="utf-8")
ENGELS = ("Input should", "Field required", "Value error", "not permitted", "valid", " should ", " must ", "found ")

VERWACHT: dict[str, list[tuple[int, str]]] = {
    "fout_namen": [
        (35, "doel"),
        (42, "ladder"),
        (43, "aanwezig"),
        (49, "klok"),
        (64, "naar"),
        (70, "predicaat"),
        (75, "leidt"),
        (92, "termijn"),
    ],
    "fout_vorm": [
        (3, "versie"),
        (4, "titel"),
        (5, "title"),
        (7, "geldig_vanaf"),
        (34, "bron"),
        (50, "termijn"),
        (71, "vereist"),
        (86, "aanwezig"),
        (94, "anker"),
    ],
    "fout_yaml": [(12, "bestand")],
    "fout_dubbel": [(8, "sector"), (18, "id"), (46, "id"), (55, "id"), (80, "id"), (100, "id")],
    "fout_paden": [(51, "toestemming"), (52, "als"), (74, "id"), (93, "na"), (105, "uitkomsten")],
    "fout_vast": [(61, "uitkomsten"), (104, "afspraak")],
    "fout_regels": [
        (18, "na"),
        (19, "aan"),
        (20, "herhaal"),
        (25, "aan"),
        (31, "ouders_horen"),
        (44, "verwijst_naar"),
        (55, "rol"),
        (56, "aantal"),
        (80, "soort"),
        (113, "tot_en_met"),
        (117, "regels"),
        (118, "regels"),
        (118, "regels"),
        (122, "regels"),
        (128, "naar"),
        (129, "partijen"),
    ],
}


def fouten(tekst: str, bestand: str = "proef.yaml") -> RouteFouten:
    with pytest.raises(RouteFouten) as gevangen:
        compileer(tekst, bestand)
    return gevangen.value


@pytest.mark.parametrize("naam", VERWACHT)
def test_elk_kapot_bestand_meldt_al_zijn_fouten_tegelijk(naam: str) -> None:
    gevonden = fouten((DATA / f"{naam}.yaml").read_text(encoding="utf-8"), f"{naam}.yaml").errors

    assert [(f.regel, f.veld) for f in gevonden] == VERWACHT[naam]
    for fout in gevonden:
        assert fout.bestand == f"{naam}.yaml"
        assert fout.zin.endswith(".")
        assert fout.remedie.endswith((".", "?"))
        assert not any(e in fout.zin + fout.remedie for e in ENGELS), fout


def test_alle_kapotte_bestanden_worden_beproefd() -> None:
    assert {p.stem for p in DATA.glob("fout_*.yaml")} == set(VERWACHT)


def test_een_fout_noemt_de_stap_en_wat_er_bedoeld_kan_zijn() -> None:
    per_regel = {f.regel: f for f in fouten((DATA / "fout_namen.yaml").read_text(encoding="utf-8")).errors}

    assert (per_regel[75].stap, per_regel[75].remedie) == ("interventies", "Bedoelde u 'ib'?")
    assert per_regel[42].remedie == "Bedoelde u 'school'?"
    assert per_regel[49].remedie == "Bedoelde u 'schoolweken'?"
    assert per_regel[70].remedie == "Bedoelde u 'geen_leefvraag'?"
    assert str(per_regel[64]).startswith("proef.yaml, regel 64 (stap mdo, naar): De stap 'interventie' bestaat niet.")


def test_de_proefroute_klopt_en_kent_het_vooroverleg() -> None:
    route = compileer(PROEF, "proefroute.v1.yaml")
    uitkomsten = {u.id: u for u in route.stap("interventies").besluit.uitkomsten}

    assert list(uitkomsten) == ["voortzetten", "aanscherpen", "afschalen", "opschalen"]
    assert [e.afspraak for e in uitkomsten["opschalen"].vereist] == ["vooroverleg"]
    assert bereikbaar(route).geslaagd


@pytest.mark.parametrize(
    ("tekst", "regel", "woord"),
    [
        ("", 1, "leeg"),
        ("# alleen commentaar\n", 1, "leeg"),
        ("- een\n- lijst\n", 1, "namen met een waarde"),
        ("gewoon tekst", 1, "namen met een waarde"),
        ("route: a\nx: &anker 1\n", 2, "ankers"),
        ("route: a\nx: *anker\n", 2, "ankers"),
        ("route: a\nx: !!python/object:os.system 1\n", 2, "aanduiding"),
        ("route: a\n? [1, 2]\n: x\n", 2, "woord"),
        ("route: a\n---\nroute: b\n", 2, "twee documenten"),
        ("route: a\ntitel: \x07\n", 2, "teken"),
        ("route: a\nx: " + "[" * 200 + "]" * 200, 2, "niveaus"),
        ("route: a\ntitel: 'open\n", 2, "opmaak"),
    ],
)
def test_vreemde_tekst_is_een_fout_met_een_regel(tekst: str, regel: int, woord: str) -> None:
    gevonden = fouten(tekst).errors

    assert any(f.regel == regel and woord in f.zin for f in gevonden), [str(f) for f in gevonden]


@pytest.mark.parametrize("code", [r"\x07", r"\e[31m", r"\u202e", r"\0", r"\ud800", r"\u2028", r"\t"])
def test_een_teken_dat_niemand_ziet_komt_er_niet_in(code: str) -> None:
    """YAML can spell what the eye cannot see; a title goes to screens, terminals and mails."""
    titel = "titel: Multidisciplinair overleg met ouders"
    tekst = PROEF.replace(titel, f'titel: "Overleg {code} met ouders"')
    (fout,) = fouten(tekst).errors
    assert (fout.bestand, fout.regel, fout.stap, fout.veld) == ("proef.yaml", 38, "mdo", "titel")
    assert "niet te zien" in fout.zin
    assert fout.remedie.startswith("Typ de tekst opnieuw")
    assert str(fout).isprintable()


def test_een_titel_staat_op_een_regel_en_een_naam_is_leesbaar() -> None:
    gevouwen = PROEF.replace("titel: Proefroute", "titel: |\n  Proef\n  route")
    assert [(f.regel, f.veld) for f in fouten(gevouwen).errors] == [(4, "titel")]
    raar = fouten(PROEF.replace("titel: Proefroute", '"ti\\e[31mtel": Proefroute')).errors
    assert any("niet te zien" in f.zin and f.regel == 4 for f in raar)
    assert all(str(f).isprintable() for f in raar)


def test_woorden_van_yaml_blijven_tekst() -> None:
    """`no` is a word here, and `010` and 12:30 are no numbers: YAML 1.1 would read False, 8 and 750."""
    met_no = PROEF.replace("id: winter", "id: no")
    assert compileer(met_no, "x").terugkerend[0].vensters[0].id == "no"
    for verkeerd in ("010", "12:30", "yes", "1.0", '"1"'):
        gevonden = fouten(PROEF.replace("versie: 1", f"versie: {verkeerd}")).errors
        assert [(f.regel, f.veld) for f in gevonden] == [(3, "versie")]


def test_een_weigering_van_ouders_mag_een_traject_nooit_vastzetten() -> None:
    """The same route with the only way on behind a consent: the proof finds it, also when the answers allow an exit."""
    vast = PROEF.replace("vereist: [{afspraak: overleg}]", "vereist: [{toestemming: mdo_externen}]", 1)

    (fout,) = fouten(vast).errors
    assert (fout.stap, fout.veld) == ("mdo", "uitkomsten")
    assert "leefvraag 'complex'" in fout.zin
    assert "geen toestemming" in fout.zin


def test_een_eis_achter_een_keten_wordt_meegewogen() -> None:
    """Opschalen needs the vooroverleg; when that is put behind a task that needs a consent nobody asked, that is said."""
    keten = PROEF.replace(
        "        aanwezig: [schoolbegeleider, owm]",
        "        aanwezig: [schoolbegeleider, owm]\n        toestemming: onderzoek",
    )
    assert [(f.stap, f.veld) for f in fouten(keten).errors] == [("interventies", "toestemming")]


def test_de_hash_gaat_over_de_inhoud() -> None:
    anders_opgemaakt = "# nieuw commentaar\n" + PROEF.replace("{regels: [39, 43]}", "{ regels: [ 39,  43 ] }")
    verplaatst = PROEF.replace("route: proefroute\nversie: 1\n", "versie: 1\nroute: proefroute\n")

    assert hash_van(anders_opgemaakt) == hash_van(verplaatst) == hash_van(PROEF)
    assert hash_van(PROEF.replace("aantal: 15", "aantal: 16")) != hash_van(PROEF)
    assert len(hash_van(PROEF)) == 16


def test_meer_fouten_in_een_regel_gaan_niet_verloren() -> None:
    """Two faults of one kind on one line are two errors; the same fault twice is one."""
    regel = "- {id: vooraf, na: {aantal: x, klok: y}, aan: z, toon: vooraf}"
    gevonden = fouten(
        PROEF.replace("- {id: vooraf, na: {aantal: -5, klok: werkdagen}, aan: eigenaar, toon: vooraf}", regel)
    )
    assert [(f.regel, f.veld) for f in gevonden.errors] == [(15, "aan"), (15, "aantal"), (15, "klok")]
