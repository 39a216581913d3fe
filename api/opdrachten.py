"""The one way in which an act is taken: written in the journal, offered to the workflow, and waited for in the tables.

The pages and the JSON API both come here, so they refuse and promise exactly the same.
"""

import asyncio
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import eis_betrokken, eis_ontvanger
from api.diensten import Diensten
from api.errors import als_weigering
from api.lezen import teksten
from api.register import vul_aan
from api.weigeringen import TekstOngeldig
from domain.errors import WEIGERINGEN, TrajectOnbekend, Weigering
from domain.feiten import Wie
from domain.handelingen import VAN_DE_POORT, EenHandeling, Opdracht
from runtime.sporen import huidig_spoor
from storage.case_tables import OpdrachtSoort, OpdrachtStatus, TrajectRij
from storage.db import is_database_weg
from storage.errors import CommandoHergebruikt, LeerlingOnbekend
from storage.journal import Journaalregel, bewaar_tekst, lees_opdracht, neem_aan
from storage.read import lees_staat
from workflows.aanbod import NuNietBereikbaar

TOELICHTING_HOOGSTENS = 2000
_KIJK_ELKE = 0.03
# What pasting brings along: soft hyphen, zero-width space, byte order mark. The joiner holds emoji together.
_ONZICHTBAAR = frozenset("\u00ad\u200b\ufeff")
_OOK_GOED = frozenset("\n\t\u200d")


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
    """Offer what stands in the journal, unless its outcome is known. Raises the Weigering it met (or had met).

    Answers within `diensten.geduld`: from here on the act cannot get lost, so whatever does not answer (Temporal, its
    worker, the database itself) makes it `ontvangen`, and the relay does the rest.
    """
    if regel.status is OpdrachtStatus.GEWEIGERD:
        raise weigering_van(regel)
    versie, te_zien = regel.versie, None
    try:
        async with asyncio.timeout(diensten.geduld.total_seconds()):
            if regel.status is OpdrachtStatus.ONTVANGEN:
                versie = await diensten.aanbieder.bied_aan(regel, diensten.klok.nu())
            te_zien = await _wacht_op_versie(diensten, regel.traject_id, versie or 1)
    except (NuNietBereikbaar, TimeoutError):
        pass
    except SQLAlchemyError as fout:
        if not is_database_weg(fout):
            raise
    # A start has no version of its own to wait for: that the traject is there is enough.
    return Afloop("verwerkt" if te_zien else "ontvangen", regel.traject_id, regel.commando_id, versie or te_zien)


def weigering_van(regel: Journaalregel) -> Weigering:
    """The refusal as the journal has it; also one whose kind this version of the code does not know any more."""
    soort = WEIGERINGEN.get(regel.code or "", Weigering)
    return soort(regel.zin or "Deze handeling is geweigerd.", veld=regel.veld or "", remedie=regel.remedie or "")


def schone_tekst(tekst: str | None) -> str | None:
    """The text as it is kept: trimmed, with plain line ends; None when nothing is left. Raises TekstOngeldig."""
    schoon = "".join(_als_getypt(teken) for teken in (tekst or "").replace("\r\n", "\n")).strip()
    if len(schoon) > TOELICHTING_HOOGSTENS:
        raise TekstOngeldig(
            f"De toelichting is langer dan {TOELICHTING_HOOGSTENS} tekens.",
            veld="toelichting",
            remedie="Maak de toelichting korter; een verslag hoort in het leerlingdossier.",
        )
    if not all(teken.isprintable() or teken in _OOK_GOED for teken in schoon):
        raise TekstOngeldig(
            "In de toelichting staan onleesbare tekens.", veld="toelichting", remedie="Typ de tekst opnieuw."
        )
    return schoon or None


def _als_getypt(teken: str) -> str:
    """Text processors put in spaces of their own kind, and marks that nobody sees."""
    if teken in _ONZICHTBAAR:
        return ""
    return " " if unicodedata.category(teken) == "Zs" else teken


def _eis_bewaarbaar(opdracht: Opdracht) -> None:
    # PostgreSQL has no place for a NUL in text or JSON, and half a character is no text at all.
    for veld, tekst in _teksten_in("handeling", opdracht.handeling.model_dump(mode="python")):
        if not tekst.isprintable():
            raise TekstOngeldig("In dit veld staan onleesbare tekens.", veld=veld, remedie="Typ het opnieuw.")


def _teksten_in(veld: str, deel: object) -> Iterator[tuple[str, str]]:
    if isinstance(deel, str):
        yield veld, deel
    elif isinstance(deel, Mapping):
        for naam, waarde in deel.items():
            yield veld, str(naam)
            yield from _teksten_in(f"{veld}.{naam}" if str(naam).isprintable() else veld, waarde)


async def _schrijf_op(
    diensten: Diensten, traject_id: str, opdracht: Opdracht, tekst: str | None
) -> Journaalregel | None:
    """One transaction: text and journal, after the gate. None when another request was first with this id."""
    nu = diensten.klok.nu()
    try:
        async with diensten.sessies.begin() as session:
            staat = await lees_staat(session, traject_id)
            if staat is None:
                raise TrajectOnbekend(
                    "Dit traject bestaat niet.", veld="traject_id", remedie="Kies een traject uit de lijst."
                )
            mensen = await eis_betrokken(session, traject_id, opdracht.door, diensten.vandaag())
            eis_ontvanger(opdracht.handeling, mensen)
            handeling = await vul_aan(session, staat, opdracht.handeling, diensten.vandaag())
            opdracht = opdracht.model_copy(update={"handeling": handeling})
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
    except LeerlingOnbekend as fout:
        raise als_weigering(fout) from fout
    except CommandoHergebruikt:
        return None


async def _zelfde(diensten: Diensten, traject_id: str, opdracht: Opdracht, tekst: str | None) -> Journaalregel:
    """What the journal has under this id, when that is this act. The reference of the text differs each time: the text
    itself is compared. Raises CommandoHergebruikt."""
    async with diensten.sessies() as session:
        regel = await lees_opdracht(session, opdracht.commando_id)
        assert regel is not None
        eerder = await _tekst_bij(session, regel.inhoud)
    gelijk = _zoals_gevraagd(regel.inhoud) == _zoals_gevraagd(opdracht.model_dump(mode="json"))
    zelfde_tekst = regel.status is OpdrachtStatus.GEWEIGERD or eerder == tekst  # of a refused act it was not kept
    if not gelijk or regel.traject_id != traject_id or not zelfde_tekst:
        raise CommandoHergebruikt(opdracht.commando_id)
    return regel


async def _tekst_bij(session: AsyncSession, inhoud: Mapping[str, Any]) -> str | None:
    ref = inhoud.get("tekst_ref")
    return (await teksten(session, [ref])).get(ref) if ref else None


def _zoals_gevraagd(inhoud: Mapping[str, Any]) -> dict[str, Any]:
    """Without what was added to it at the gate."""
    handeling = {naam: waarde for naam, waarde in inhoud["handeling"].items() if naam not in VAN_DE_POORT}
    return {naam: waarde for naam, waarde in inhoud.items() if naam != "tekst_ref"} | {"handeling": handeling}


async def _wacht_op_versie(diensten: Diensten, traject_id: str, versie: int) -> int:
    """The version in the read model, as soon as it is at least `versie`. The caller says how long that may take."""
    while True:
        async with diensten.sessies() as session:
            staat_er = await session.scalar(select(TrajectRij.versie).where(TrajectRij.traject_id == traject_id))
        if staat_er is not None and staat_er >= versie:
            return staat_er
        await asyncio.sleep(_KIJK_ELKE)
