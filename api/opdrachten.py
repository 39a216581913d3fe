"""The one way in which an act is taken: written in the journal, offered to the workflow, and waited for in the tables.

The pages and the JSON API both come here, so they refuse and promise exactly the same.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import eis_betrokken, eis_ontvanger
from api.diensten import Diensten
from api.lezen import teksten
from api.weigeringen import TekstOngeldig
from domain.errors import WEIGERINGEN, TrajectOnbekend, Weigering
from domain.feiten import Wie
from domain.handelingen import EenHandeling, Opdracht
from runtime.sporen import huidig_spoor
from storage.case_tables import OpdrachtSoort, OpdrachtStatus, TrajectRij
from storage.errors import CommandoHergebruikt
from storage.journal import Journaalregel, bewaar_tekst, lees_opdracht, neem_aan
from storage.read import lees_staat
from workflows.aanbod import NuNietBereikbaar

TOELICHTING_HOOGSTENS = 2000
_WACHT_SECONDEN = 3.0
_KIJK_ELKE = 0.03


class Afloop(NamedTuple):
    """What became of an act. `verwerkt`: visible in the tables at `versie`. `ontvangen`: written down, will be done."""

    status: Literal["verwerkt", "ontvangen"]
    traject_id: str
    commando_id: str
    versie: int | None


async def handel(
    diensten: Diensten,
    traject_id: str,
    *,
    commando_id: str,
    door: Wie,
    handeling: EenHandeling,
    gezien_versie: int | None,
    toelichting: str | None,
) -> Afloop:
    """Take one act on a traject. The same id with the same content gives the same answer again.

    Raises a Weigering when it is refused, and CommandoHergebruikt when the id was used for something else.
    """
    opdracht = Opdracht(commando_id=commando_id, door=door, handeling=handeling, gezien_versie=gezien_versie)
    tekst = schone_tekst(toelichting)
    _eis_bewaarbaar(opdracht)
    async with diensten.sessies() as session:
        bekend = await lees_opdracht(session, commando_id)
    regel = bekend or await _schrijf_op(diensten, traject_id, opdracht, tekst)
    if regel is None or regel is bekend:
        regel = await _zelfde(diensten, traject_id, opdracht, tekst)
    return await bied_aan(diensten, regel)


async def bied_aan(diensten: Diensten, regel: Journaalregel) -> Afloop:
    """Offer what stands in the journal, unless its outcome is known. Raises the Weigering it met (or had met)."""
    if regel.status is OpdrachtStatus.GEWEIGERD:
        raise weigering_van(regel)
    versie = regel.versie
    if regel.status is OpdrachtStatus.ONTVANGEN:
        try:
            versie = await diensten.aanbieder.bied_aan(regel, diensten.klok.nu())
        except NuNietBereikbaar:
            return Afloop("ontvangen", regel.traject_id, regel.commando_id, None)
    te_zien = await _wacht_op_versie(diensten, regel.traject_id, versie or 1)
    # A start has no version of its own to wait for: that the traject is there is enough.
    return Afloop("verwerkt" if te_zien else "ontvangen", regel.traject_id, regel.commando_id, versie or te_zien)


def weigering_van(regel: Journaalregel) -> Weigering:
    """The refusal as the journal has it; also one whose kind this version of the code does not know any more."""
    soort = WEIGERINGEN.get(regel.code or "", Weigering)
    return soort(regel.zin or "Deze handeling is geweigerd.", veld=regel.veld or "", remedie=regel.remedie or "")


def schone_tekst(tekst: str | None) -> str | None:
    """The text as it is kept: trimmed, with plain line ends; None when nothing is left. Raises TekstOngeldig."""
    schoon = (tekst or "").replace("\r\n", "\n").strip()
    if len(schoon) > TOELICHTING_HOOGSTENS:
        raise TekstOngeldig(
            f"De toelichting is langer dan {TOELICHTING_HOOGSTENS} tekens.",
            veld="toelichting",
            remedie="Maak de toelichting korter; een verslag hoort in het leerlingdossier.",
        )
    if not all(teken.isprintable() or teken in "\n\t" for teken in schoon):
        raise TekstOngeldig(
            "In de toelichting staan onleesbare tekens.", veld="toelichting", remedie="Typ de tekst opnieuw."
        )
    return schoon or None


def _eis_bewaarbaar(opdracht: Opdracht) -> None:
    # PostgreSQL has no place for a NUL in text or JSON.
    if "\\u0000" in opdracht.model_dump_json():
        raise TekstOngeldig("In dit verzoek staan onleesbare tekens.", veld="handeling", remedie="Typ het opnieuw.")


async def _schrijf_op(
    diensten: Diensten, traject_id: str, opdracht: Opdracht, tekst: str | None
) -> Journaalregel | None:
    """One transaction: text and journal, after the gate. None when another request was first with this id."""
    nu = diensten.klok.nu()
    try:
        async with diensten.sessies.begin() as session:
            if await lees_staat(session, traject_id) is None:
                raise TrajectOnbekend(
                    "Dit traject bestaat niet.", veld="traject_id", remedie="Kies een traject uit de lijst."
                )
            mensen = await eis_betrokken(session, traject_id, opdracht.door, diensten.vandaag())
            eis_ontvanger(opdracht.handeling, mensen)
            if tekst is not None:
                ref = await bewaar_tekst(
                    session, traject_id=traject_id, tekst=tekst, door_persoon_id=opdracht.door.persoon_id, nu=nu
                )
                opdracht = opdracht.model_copy(update={"tekst_ref": ref})
            return await neem_aan(
                session,
                commando_id=opdracht.commando_id,
                traject_id=traject_id,
                soort=OpdrachtSoort.HANDELING,
                inhoud=opdracht.model_dump(mode="json"),
                nu=nu,
                spoor=huidig_spoor(),
            )
    except CommandoHergebruikt:
        return None


async def _zelfde(diensten: Diensten, traject_id: str, opdracht: Opdracht, tekst: str | None) -> Journaalregel:
    """What the journal has under this id, when that is this act. The reference of the text differs each time: the text
    itself is compared. Raises CommandoHergebruikt."""
    async with diensten.sessies() as session:
        regel = await lees_opdracht(session, opdracht.commando_id)
        assert regel is not None
        eerder = await _tekst_bij(session, regel.inhoud)
    gelijk = _zonder_ref(regel.inhoud) == _zonder_ref(opdracht.model_dump(mode="json"))
    if not gelijk or regel.traject_id != traject_id or eerder != tekst:
        raise CommandoHergebruikt(opdracht.commando_id)
    return regel


async def _tekst_bij(session: AsyncSession, inhoud: Mapping[str, Any]) -> str | None:
    ref = inhoud.get("tekst_ref")
    return (await teksten(session, [ref])).get(ref) if ref else None


def _zonder_ref(inhoud: Mapping[str, Any]) -> dict[str, Any]:
    return {naam: waarde for naam, waarde in inhoud.items() if naam != "tekst_ref"}


async def _wacht_op_versie(diensten: Diensten, traject_id: str, versie: int) -> int | None:
    """The version in the read model once it is at least `versie`; None when that takes too long (real time)."""
    try:
        async with asyncio.timeout(_WACHT_SECONDEN):
            while True:
                async with diensten.sessies() as session:
                    staat_er = await session.scalar(
                        select(TrajectRij.versie).where(TrajectRij.traject_id == traject_id)
                    )
                if staat_er is not None and staat_er >= versie:
                    return staat_er
                await asyncio.sleep(_KIJK_ELKE)
    except TimeoutError:
        return None
