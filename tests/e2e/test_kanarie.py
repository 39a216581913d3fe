"""A canary: names, addresses and words that must stay in PostgreSQL are planted everywhere and looked for everywhere else."""

import base64
import io
import logging
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path

import pytest
import structlog
from sqlalchemy import text, update

from domain.consent import Antwoord, Doel, Vorm
from domain.feiten import Wie
from domain.handelingen import DraagOver, EenHandeling, LegToestemmingVast, MeldStilstand, Opdracht
from domain.roles import Rol
from domain.tijd import AMSTERDAM
from runtime.codec import maak_converter
from runtime.devserver import DevServer
from runtime.klok import Klok
from runtime.logging import stel_logging_in
from storage.case_tables import OpdrachtSoort
from storage.journal import bewaar_tekst, lees_opdracht, neem_aan
from storage.people_tables import Kalenderuitzondering, Leerling, Organisatie, Persoon
from tests.support.jaar import besluit, open_van, rond
from tests.support.omgeving import Omgeving, Zaakdraad, kind_van
from tests.support.replay_leven import bijgewerkt, digest_naar, leven, spring, traject_id_van
from tests.support.replay_payloads import ontsleutel
from tests.support.servers import plain_client
from tests.support.spelen import START, Springen
from tests.support.verwacht import mails
from workflows.aanbod import Aanbieder
from workflows.traject import SIGNAAL_HANDELING, TrajectWorkflow


def _merk(waar: str) -> str:
    return f"Kanarie{waar}{secrets.token_hex(5)}".lower()


@dataclass(frozen=True)
class Merken:
    """One unique word for each place where somebody types or where a person has a name."""

    leerling_voornaam: str = field(default_factory=lambda: _merk("kindvoor"))
    leerling_achternaam: str = field(default_factory=lambda: _merk("kindachter"))
    groep: str = field(default_factory=lambda: _merk("groep"))
    ouder_voornaam: str = field(default_factory=lambda: _merk("oudervoor"))
    ouder_achternaam: str = field(default_factory=lambda: _merk("ouderachter"))
    adres: str = field(default_factory=lambda: _merk("adres"))
    adres_kapot: str = field(default_factory=lambda: _merk("kapot"))
    toelichting: str = field(default_factory=lambda: _merk("toelichting"))
    school: str = field(default_factory=lambda: _merk("school"))
    vrije_dag: str = field(default_factory=lambda: _merk("vrijedag"))

    def alle(self) -> dict[str, str]:
        """By name of the place."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def van_kind(self) -> list[str]:
        """What no mail may say, not even to the parents."""
        return [self.leerling_voornaam, self.leerling_achternaam, self.groep, self.toelichting]


def _gevonden(merken: Merken, waar: dict[str, bytes], behalve: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """(place of the mark, where it was found), also when it stands there in base64 or in two bytes a letter."""
    raak = []
    for naam, merk in merken.alle().items():
        # Three base64 forms: the text may begin at any of three positions within a group.
        vormen = [merk.encode(), merk.encode("utf-16-le")]
        vormen += [base64.b64encode(b"x" * n + merk.encode())[4:-4].lower() for n in range(3)]
        for plek, inhoud in waar.items():
            if naam not in behalve and any(vorm in inhoud.lower() for vorm in vormen):
                raak.append((naam, plek))
    return raak


@contextmanager
def _onze_logs() -> Iterator[io.StringIO]:
    """What we log as a production process would, third parties included."""
    wortel, stroom = logging.getLogger(), io.StringIO()
    oud, niveau = list(wortel.handlers), wortel.level
    stel_logging_in(als_json=True, stroom=stroom)
    try:
        yield stroom
    finally:
        wortel.handlers[:] = oud
        wortel.setLevel(niveau)
        structlog.reset_defaults()


async def _plant(o: Omgeving, merken: Merken, ouders: tuple[str, ...], leerling_id: str) -> None:
    kind = {
        "voornaam": merken.leerling_voornaam,
        "achternaam": merken.leerling_achternaam,
        "groep": merken.groep,
    }
    ouder = {"voornaam": merken.ouder_voornaam, "achternaam": merken.ouder_achternaam}
    async with o.sessies.begin() as session:
        await session.execute(update(Leerling).where(Leerling.id == leerling_id).values(kind))
        await session.execute(
            update(Persoon).where(Persoon.id == ouders[0]).values(ouder | {"email": f"{merken.adres}@thuis.example"})
        )
        # An address that is none: whoever complains about it must not quote it.
        await session.execute(
            update(Persoon).where(Persoon.id == ouders[1]).values(ouder | {"email": f"{merken.adres_kapot} thuis"})
        )
        await session.execute(update(Organisatie).where(Organisatie.id == "o-papaver").values(naam=merken.school))
        dag = date(2026, 9, 3)
        session.add(Kalenderuitzondering(organisatie_id="o-papaver", van=dag, tot_en_met=dag, naam=merken.vrije_dag))


async def _handel_met_toelichting(
    o: Omgeving, merken: Merken, zaak: Zaakdraad, rol: Rol, handeling: EenHandeling
) -> None:
    """As the api does it: text to SQL, act to the journal, only a reference to the workflow. A refusal is an outcome."""
    stand = await zaak.handle.query(TrajectWorkflow.stand)
    schaal, commando, traject_id = Springen.naar(stand.nu), f"c-{secrets.token_hex(6)}", traject_id_van(zaak)
    async with o.sessies.begin() as session:
        ref = await bewaar_tekst(
            session, traject_id=traject_id, tekst=f"Zij zei: {merken.toelichting}.", door_persoon_id=None, nu=stand.nu
        )
        opdracht = Opdracht(commando_id=commando, door=Wie(rol=rol), handeling=handeling, tekst_ref=ref)
        await neem_aan(
            session,
            commando_id=commando,
            traject_id=traject_id,
            soort=OpdrachtSoort.HANDELING,
            inhoud=opdracht.model_dump(mode="json"),
            nu=stand.nu,
        )
        regel = await lees_opdracht(session, commando)
    assert regel is not None
    await Aanbieder(o.client, o.sessies, schaal).bied_aan(regel, Klok(schaal).nu())


async def _leef(o: Omgeving, merken: Merken) -> list[str]:
    """A life with mails, refusals, a failed address, a stall and an end. Returns the ids of the workflows."""
    kind = kind_van("o-papaver")
    await _plant(o, merken, kind.ouders, kind.id)
    zaak = await o.begin_traject(kind, START, Springen.naar(START))
    await bijgewerkt(o, zaak)
    digest = await o.begin_digest(Springen.naar(START))
    afspraak = open_van(await zaak.toestand(), "gesprek_ouders")
    with pytest.raises(Exception, match="kunt u"):
        await _handel_met_toelichting(o, merken, zaak, Rol.JGZ, DraagOver(afspraak_id=afspraak.id, rol=Rol.IB))
    await _handel_met_toelichting(o, merken, zaak, Rol.OUDERS, MeldStilstand())
    antwoord = LegToestemmingVast(
        doel=Doel.DELEN_JGZ, persoon_id=kind.ouders[0], antwoord=Antwoord.EERST_PRATEN, vorm=Vorm.MONDELING
    )
    await _handel_met_toelichting(o, merken, zaak, Rol.IB, antwoord)
    await zaak.handle.signal(SIGNAAL_HANDELING, 42)
    await spring(zaak, datetime(2026, 9, 2, 8, tzinfo=AMSTERDAM))
    o.sink.stoor("rcpt", code=550)
    await digest_naar(digest, datetime(2026, 9, 2, 8, tzinfo=AMSTERDAM))
    await zaak.handle.signal(TrajectWorkflow.ga_door)
    await spring(zaak, datetime(2026, 9, 24, 10, tzinfo=AMSTERDAM))
    await digest_naar(digest, datetime(2026, 9, 24, 10, tzinfo=AMSTERDAM))
    stagnatie = open_van(await zaak.toestand(), "stagnatie")
    stappen = [
        besluit("stagnatie", "in_beweging"),
        rond("gesprek_ouders"),
        rond("overleg_ib"),
        besluit("vervolg_signaal", "basisondersteuning"),
        rond("gesprek_nazorg"),
    ]
    assert stagnatie.rol is Rol.STAGNATIEPUNT
    for stap in stappen:
        await _handel_met_toelichting(o, merken, zaak, *stap(await zaak.toestand()))
    await bijgewerkt(o, zaak)
    await digest_naar(digest, datetime(2026, 9, 25, 8, tzinfo=AMSTERDAM))
    await _handel_met_toelichting(o, merken, zaak, *besluit("evaluatie_nazorg", "sluiten")(await zaak.toestand()))
    await zaak.handle.result()
    return [zaak.handle.id, digest.id]


async def _uit_temporal(o: Omgeving, ids: list[str]) -> dict[str, bytes]:
    """Every run of every workflow, encrypted and decrypted, and what the server shows beside it."""
    waar: dict[str, bytes] = {}
    codec = maak_converter(o.ring).payload_codec
    assert codec is not None
    async for workflow in o.client.list_workflows():
        assert workflow.id in ids
        handle = o.client.get_workflow_handle(workflow.id, run_id=workflow.run_id)
        geschiedenis = await handle.fetch_history()
        waar[f"geschiedenis {workflow.run_id}"] = geschiedenis.to_json().encode()
        for event in geschiedenis.events:
            await ontsleutel(event, codec)
        waar[f"ontsleuteld {workflow.run_id}"] = b"".join(e.SerializeToString() for e in geschiedenis.events)
        beschrijving = await handle.describe()
        waar[f"beschrijving {workflow.run_id}"] = str(beschrijving.raw_description).encode()
        waar[f"lijst {workflow.run_id}"] = str(workflow).encode()
    assert len(waar) >= 4 * 3, "twee workflows, waarvan een met twee runs"
    return waar


def _bestanden(map_: Path) -> dict[str, bytes]:
    gelezen = {p.name: p.read_bytes() for p in map_.iterdir() if p.is_file()}
    assert gelezen["temporal.db"]
    return gelezen


async def _in_postgres(o: Omgeving) -> dict[str, bytes]:
    inhoud = b""
    async with o.sessies() as session:
        for tabel in ("leerling", "persoon", "organisatie", "kalenderuitzondering", "tekst"):
            rijen = await session.execute(text(f"select t::text from {tabel} t"))
            inhoud += "\n".join(rijen.scalars()).encode()
    return {"postgres": inhoud}


def _controleer_mails(o: Omgeving, merken: Merken) -> None:
    gelezen = mails(o)
    assert len(gelezen) >= 4
    assert any(merken.adres in str(m["To"]) for m in gelezen)
    for mail in gelezen:
        koppen = "\n".join(f"{naam}: {waarde}" for naam, waarde in mail.items() if naam.lower() != "to").encode()
        assert _gevonden(merken, {"koppen": koppen}) == []
        tekst = "\n".join(str(deel.get_content()) for deel in mail.walk() if not deel.is_multipart()).lower()
        assert not [merk for merk in merken.van_kind() if merk in tekst], mail["Subject"]


async def test_a_child_is_nowhere_but_in_the_database(
    tmp_path: Path, migrated_database_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    merken = Merken()
    server = DevServer(tmp_path / "temporal", namespaces=("demo",))
    with server, _onze_logs() as logs:
        await server.ready()
        async with leven(migrated_database_url, await plain_client(server.address, "demo")) as o:
            ids = await _leef(o, merken)
            # The test can fail: the words are there, and a word that may be in Temporal's file is found in it.
            assert {naam for naam, _ in _gevonden(merken, await _in_postgres(o))} == set(merken.alle())
            draaiend = _bestanden(server.root)
            assert any(ids[0].encode() in inhoud for inhoud in draaiend.values())
            assert any(naam.endswith("-wal") for naam in draaiend)
            uit_temporal = await _uit_temporal(o, ids)
            assert any(
                b"o-papaver" in inhoud for plek, inhoud in uit_temporal.items() if plek.startswith("ontsleuteld")
            )
            _controleer_mails(o, merken)
            assert _gevonden(merken, draaiend) == []
            # The name of a day off is no personal data: it travels, encrypted, to explain a date.
            assert _gevonden(merken, uit_temporal, behalve=("vrije_dag",)) == []
    with sqlite3.connect(server.root / "temporal.db") as db:
        db.execute("pragma wal_checkpoint(truncate)")
        db.execute("vacuum")
    assert _gevonden(merken, _bestanden(server.root)) == []
    uitvoer = capfd.readouterr()
    onze = logs.getvalue()
    assert "mail_delivery" in onze + uitvoer.out
    assert _gevonden(merken, {"log": onze.encode(), "stdout": (uitvoer.out + uitvoer.err).encode()}) == []
