"""Who must sign, and what the answers add up to: checked against a table that was written apart from the code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import consent
from domain.consent import (
    DOEL_LABEL,
    REGEL_VAN,
    Antwoord,
    Doel,
    Gezag,
    Leeftijdsgroep,
    Regel,
    Stand,
    ondertekenaars,
    stand,
)

OUDERS = ("p-1", "p-2")
KIND = "l-1"
_12, _16, _18 = Leeftijdsgroep.VAN_12_TOT_16, Leeftijdsgroep.VAN_16_TOT_18, Leeftijdsgroep.VANAF_18
# Rows: the rule. Columns: under 12, 12 to 15, 16 and 17, 18. O: the parents; K: the pupil.
WIE_TEKENT = {
    Regel.EEN_OUDER: ("O", "O", "O", "K"),
    Regel.ALLE_GEZAGDRAGERS: ("O", "O", "O", "K"),
    Regel.GEZAGDRAGERS_PLUS_LEERLING_12: ("O", "OK", "OK", "K"),
}
GROEPEN = (Leeftijdsgroep.ONDER_12, _12, _16, _18)
J, N, P, X = Antwoord.GEGEVEN, Antwoord.GEWEIGERD, Antwoord.EERST_PRATEN, Antwoord.INGETROKKEN
# What two signers said -> what holds when both must sign, and what holds when one signature is enough.
TWEE_MENSEN: dict[tuple[Antwoord | None, Antwoord | None], tuple[Stand, Stand]] = {
    (None, None): (Stand.GEEN_ANTWOORD, Stand.GEEN_ANTWOORD),
    (J, None): (Stand.GEDEELTELIJK, Stand.GEGEVEN),
    (J, J): (Stand.GEGEVEN, Stand.GEGEVEN),
    (J, N): (Stand.TEGENSTRIJDIG, Stand.TEGENSTRIJDIG),
    (J, P): (Stand.EERST_PRATEN, Stand.EERST_PRATEN),
    (J, X): (Stand.INGETROKKEN, Stand.INGETROKKEN),
    (N, None): (Stand.GEWEIGERD, Stand.GEWEIGERD),
    (N, N): (Stand.GEWEIGERD, Stand.GEWEIGERD),
    (N, P): (Stand.GEWEIGERD, Stand.GEWEIGERD),
    (N, X): (Stand.INGETROKKEN, Stand.INGETROKKEN),
    (P, None): (Stand.EERST_PRATEN, Stand.EERST_PRATEN),
    (P, P): (Stand.EERST_PRATEN, Stand.EERST_PRATEN),
    (P, X): (Stand.INGETROKKEN, Stand.INGETROKKEN),
    (X, None): (Stand.INGETROKKEN, Stand.INGETROKKEN),
    (X, X): (Stand.INGETROKKEN, Stand.INGETROKKEN),
}
ANTWOORDEN = st.dictionaries(st.sampled_from([*OUDERS, KIND, "p-vreemd"]), st.sampled_from(Antwoord))


def doelen_met(regel: Regel) -> list[Doel]:
    return [d for d in Doel if REGEL_VAN[d] is regel]


def gezag(groep: Leeftijdsgroep, ouders: tuple[str, ...] = OUDERS) -> Gezag:
    return Gezag(gezagdragers=ouders, leerling_id=KIND, leeftijdsgroep=groep)


@pytest.mark.parametrize("regel", Regel)
def test_wie_tekent_volgt_de_tabel(regel: Regel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consent, "REGEL_VAN", dict.fromkeys(Doel, regel))
    for groep, wie in zip(GROEPEN, WIE_TEKENT[regel], strict=True):
        verwacht = (OUDERS if "O" in wie else ()) + ((KIND,) if "K" in wie else ())
        assert ondertekenaars(Doel.ONDERZOEK, gezag(groep)) == verwacht


def test_elk_doel_heeft_een_regel_en_een_naam() -> None:
    assert set(REGEL_VAN) == set(DOEL_LABEL) == set(Doel)


@pytest.mark.parametrize("doel", [Doel.DELEN_JGZ, Doel.DELEN_SOCIAAL_TEAM, Doel.MDO_EXTERNEN])
def test_vanaf_12_tekent_de_leerling_mee_voor_overleg_met_anderen(doel: Doel) -> None:
    ja_van_ouders = {"p-1": J, "p-2": J}
    assert stand(doel, gezag(Leeftijdsgroep.ONDER_12), ja_van_ouders) is Stand.GEGEVEN
    assert stand(doel, gezag(_12), ja_van_ouders) is Stand.GEDEELTELIJK
    assert stand(doel, gezag(_12), {**ja_van_ouders, KIND: N}) is Stand.TEGENSTRIJDIG
    assert stand(doel, gezag(_12), {**ja_van_ouders, KIND: J}) is Stand.GEGEVEN


@pytest.mark.parametrize(("gezegd", "verwacht"), TWEE_MENSEN.items())
def test_twee_ouders(gezegd: tuple[Antwoord | None, Antwoord | None], verwacht: tuple[Stand, Stand]) -> None:
    for paar in {gezegd, gezegd[::-1]}:
        antwoorden = {p: a for p, a in zip(OUDERS, paar, strict=True) if a is not None}
        assert stand(Doel.ONDERZOEK, gezag(Leeftijdsgroep.ONDER_12), antwoorden) is verwacht[0]
        assert stand(Doel.OBSERVATIE, gezag(Leeftijdsgroep.ONDER_12), antwoorden) is verwacht[1]


@given(st.sampled_from(Doel), st.sampled_from(Leeftijdsgroep), ANTWOORDEN)
def test_wie_niet_hoeft_te_tekenen_telt_niet_mee(
    doel: Doel, groep: Leeftijdsgroep, antwoorden: dict[str, Antwoord]
) -> None:
    wie = ondertekenaars(doel, gezag(groep))
    alleen = {p: a for p, a in antwoorden.items() if p in wie}
    assert stand(doel, gezag(groep), antwoorden) is stand(doel, gezag(groep), alleen)


@given(st.sampled_from(Doel), st.sampled_from(Leeftijdsgroep), ANTWOORDEN)
def test_zwijgen_is_nooit_een_ja(doel: Doel, groep: Leeftijdsgroep, antwoorden: dict[str, Antwoord]) -> None:
    wie = ondertekenaars(doel, gezag(groep))
    if stand(doel, gezag(groep), antwoorden) is Stand.GEGEVEN:
        ja = [p for p in wie if antwoorden.get(p) is J]
        assert ja
        assert all(p not in antwoorden or antwoorden[p] is J for p in wie), "een nee telt altijd"
        assert REGEL_VAN[doel] is Regel.EEN_OUDER or ja == list(wie), "ieder die moet tekenen zei zelf ja"


@given(st.sampled_from(Doel), st.sampled_from(Leeftijdsgroep), ANTWOORDEN, st.sampled_from([N, P, X]))
def test_een_mens_kan_het_altijd_tegenhouden(
    doel: Doel, groep: Leeftijdsgroep, antwoorden: dict[str, Antwoord], nee: Antwoord
) -> None:
    for persoon in ondertekenaars(doel, gezag(groep)):
        assert stand(doel, gezag(groep), {**antwoorden, persoon: nee}) is not Stand.GEGEVEN


def test_een_kind_zonder_ouder_met_gezag_heeft_nooit_vanzelf_toestemming() -> None:
    assert stand(Doel.ONDERZOEK, gezag(_12, ()), {KIND: J}) is Stand.GEEN_ANTWOORD
