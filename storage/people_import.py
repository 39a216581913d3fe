"""Writing the people of a file that was read (storage/people_csv.py): all of them, or none and every reason why not.

A person is an id and nothing else: parents may share an address with each other, and even with somebody who works here.
People who work here may not, because their address is how the next file finds them.
"""

import secrets
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict
from sqlalchemy import exists, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from storage.people_csv import Import, Importfout, Importrij, maak_fout
from storage.people_tables import Aanstelling, Organisatie, Persoon

_PER_VRAAG = 5_000
# One import at a time (a number of our own): two at once would each make the people that are new to both.
_SLOT = text("SELECT pg_advisory_xact_lock(7068801)")


class Resultaat(BaseModel):
    """What was written; with `fouten` nothing was."""

    model_config = ConfigDict(frozen=True)
    fouten: tuple[Importfout, ...] = ()
    personen_nieuw: int = 0
    aanstellingen_nieuw: int = 0

    @property
    def gelukt(self) -> bool:
        """Was the file taken over?"""
        return not self.fouten


class _Bekende(NamedTuple):
    persoon: Persoon
    werkt_hier: bool


class _Plek(NamedTuple):
    """What makes an appointment the same one."""

    persoon_id: str
    organisatie_id: str
    rol: str
    van: date


async def voer_in(session: AsyncSession, bestand: Import) -> Resultaat:
    """Write the file, or report everything that is wrong with it and write nothing.

    A person is recognised by e-mail address and name, an appointment by person, organisation, role and `van`; sending the
    same file again therefore changes nothing but a `tot` that was filled in since.
    """
    await session.execute(_SLOT)
    organisaties = await _organisaties(session)
    bekend = await _bekenden(session, {rij.email for rij in bestand.rijen})
    fouten = [*bestand.fouten, *_organisatiefouten(bestand, organisaties), *_persoonsfouten(bestand.rijen, bekend)]
    if fouten:
        return Resultaat(fouten=tuple(sorted(fouten, key=lambda f: f.rij)))
    ids, nieuw = _wie_is_wie(bestand.rijen, bekend)
    if nieuw:
        await session.execute(insert(Persoon), nieuw)
    rijen = {
        _Plek(ids[rij.email], organisaties[rij.organisatie.casefold()][0], rij.rol, rij.van): rij.tot
        for rij in bestand.rijen
    }
    return Resultaat(personen_nieuw=len(nieuw), aanstellingen_nieuw=await _stel_aan(session, rijen))


def _wie_is_wie(
    rijen: Sequence[Importrij], bekend: dict[str, list[_Bekende]]
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """The id for each address in the file, and the people to make."""
    ids: dict[str, str] = {}
    nieuw: list[dict[str, Any]] = []
    for rij in rijen:
        if rij.email in ids:
            continue
        gevonden = _dezelfde(rij, bekend.get(rij.email, []))
        ids[rij.email] = gevonden.id if gevonden else f"p-{secrets.token_hex(10)}"
        if gevonden is None:
            namen = {"voornaam": rij.voornaam, "achternaam": rij.achternaam}
            nieuw.append({"id": ids[rij.email], **namen, "email": rij.email})
    return ids, nieuw


def _dezelfde(rij: Importrij, bekenden: Sequence[_Bekende]) -> Persoon | None:
    """Whoever has this address and this name; of several the one who works here."""
    naam = (rij.voornaam.casefold(), rij.achternaam.casefold())
    gelijk = [b for b in bekenden if (b.persoon.voornaam.casefold(), b.persoon.achternaam.casefold()) == naam]
    return max(gelijk, key=lambda b: b.werkt_hier).persoon if gelijk else None


async def _organisaties(session: AsyncSession) -> dict[str, list[str]]:
    gevonden: dict[str, list[str]] = {}
    for id_, naam in await session.execute(select(Organisatie.id, Organisatie.naam)):
        for woord in {id_.casefold(), naam.casefold()}:
            gevonden.setdefault(woord, []).append(id_)
    return gevonden


async def _bekenden(session: AsyncSession, adressen: set[str]) -> dict[str, list[_Bekende]]:
    """People by address, asked in parts: a statement has room for a limited number of values."""
    bekend: dict[str, list[_Bekende]] = {}
    lijst = sorted(adressen)
    werkt_hier = exists().where(Aanstelling.persoon_id == Persoon.id)
    for begin in range(0, len(lijst), _PER_VRAAG):
        deel = lijst[begin : begin + _PER_VRAAG]
        mensen = await session.execute(
            select(Persoon, werkt_hier).where(func.lower(Persoon.email).in_(deel)).order_by(Persoon.id)
        )
        for persoon, werkt in mensen:
            bekend.setdefault(str(persoon.email).lower(), []).append(_Bekende(persoon, werkt))
    return bekend


def _organisatiefouten(bestand: Import, organisaties: dict[str, list[str]]) -> Iterator[Importfout]:
    for rij, naam in bestand.organisaties:
        aantal = len(organisaties.get(naam.casefold(), ()))
        if aantal == 0:
            remedie = "Controleer de naam, of maak de organisatie eerst aan."
            yield maak_fout(rij, "organisatie", "Deze organisatie bestaat niet.", remedie)
        elif aantal > 1:
            zin = f"Er zijn {aantal} organisaties met deze naam."
            yield maak_fout(rij, "organisatie", zin, "Vul de code van de organisatie in.")


def _persoonsfouten(rijen: Sequence[Importrij], bekend: dict[str, list[_Bekende]]) -> Iterator[Importfout]:
    for rij in rijen:
        bekenden = bekend.get(rij.email, [])
        persoon = _dezelfde(rij, bekenden)
        if persoon is None and any(b.werkt_hier for b in bekenden):
            zin = "Dit e-mailadres is al van iemand met een andere naam."
            yield maak_fout(rij.rij, "email", zin, "Controleer het adres, of pas eerst de naam van die persoon aan.")
        elif persoon is not None and not persoon.actief:
            zin = "Deze persoon is bekend, maar staat op niet actief."
            yield maak_fout(rij.rij, "email", zin, "Zet de persoon eerst weer op actief, of verwijder de rij.")


async def _stel_aan(session: AsyncSession, rijen: dict[_Plek, date | None]) -> int:
    """Make the appointments that are not there yet, and give those that are the `tot` of the file; returns how many."""
    mensen = sorted({plek.persoon_id for plek in rijen})
    bestaand: dict[_Plek, Aanstelling] = {}
    for begin in range(0, len(mensen), _PER_VRAAG):
        deel = mensen[begin : begin + _PER_VRAAG]
        for a in await session.scalars(select(Aanstelling).where(Aanstelling.persoon_id.in_(deel))):
            bestaand[_Plek(a.persoon_id, a.organisatie_id, a.rol, a.van)] = a
    nieuw = []
    for plek, tot in rijen.items():
        if plek in bestaand:
            bestaand[plek].tot = tot
        else:
            nieuw.append({**plek._asdict(), "tot": tot})
    if nieuw:
        await session.execute(insert(Aanstelling), nieuw)
    await session.flush()
    return len(nieuw)
