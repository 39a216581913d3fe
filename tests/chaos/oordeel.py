"""The judgement after a fault: what got lost, what came twice, and whether everybody can see how it stands.

It believes nobody: workflow, tables, timeline, journal and what the relay took are laid side by side.
"""

import contextlib
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from domain.errors import RoutewachtFout
from domain.ingebouwd import Ingebouwd
from domain.traject import Traject, TrajectStatus
from domain.verloop import vouw_alles
from runtime.mailbericht import message_id
from storage.case_tables import OpdrachtRij, OpdrachtStatus, TrajectRij
from storage.mail_tables import BerichtRij, MailRij, MailStatus
from storage.rebuild import lees_tijdlijn
from tests.chaos.opstelling import Opstelling
from tests.chaos.zaken import TEGELIJK, allemaal, stand
from tests.support.omgeving import Omgeving, Zaakdraad
from tests.support.replay_leven import traject_id_van, wacht_tot

# What a person sees of a mail that did not, or perhaps not, arrive.
_GEZIEN_ALS = {MailStatus.HELD: Ingebouwd.MAIL_NAKIJKEN, MailStatus.FAILED: Ingebouwd.CONTACT_HERSTELLEN}
_RUST = {MailStatus.SENT, MailStatus.HELD, MailStatus.FAILED, MailStatus.LAPSED}
# The read model is right within a minute of recovery; machines that do other work too get more before we give up.
_GEDULD = 150.0


@dataclass
class Oordeel:
    """Empty lists are good news. `aankomsten` counts mails at the relay, `vastgehouden` those a person must look at."""

    verloren: list[str] = field(default_factory=list)
    dubbel: list[str] = field(default_factory=list)
    aankomsten: int = 0
    vastgehouden: int = 0
    seconden: float = 0.0

    def eis(self) -> "Oordeel":
        """Nothing lost, nothing twice."""
        assert not self.verloren, self.verloren[:5]
        assert not self.dubbel, self.dubbel[:5]
        return self


@dataclass(frozen=True)
class Mailstand:
    """One mail of the outbox with the lines it carries, and how often the relay took it."""

    mail: MailRij
    regels: tuple[BerichtRij, ...]
    bezorgd: int


async def oordeel(
    o: Opstelling, zaken: Sequence[Zaakdraad], *, spoed: int | None = None, geduld: float = _GEDULD
) -> Oordeel:
    """Waits until the installation has settled, and judges. `spoed`: so many urgent mails each case must have had.

    `seconden` in the answer is how long settling took. What does not settle within `geduld` is reported as lost.
    """
    begin, uit = time.monotonic(), Oordeel()

    async def goed() -> bool:
        """Nothing still has to happen and nothing is amiss. What is seen between two steps of a case may be: so again."""
        nonlocal uit
        uit = Oordeel()
        if onrust := await _onrust(o.omgeving(), zaken):
            uit.verloren.append(onrust)
            return False
        for bevinding in await allemaal((_zaak(o.omgeving(), zaak) for zaak in zaken), tegelijk=10):
            uit.verloren += bevinding
        await _mails(o, zaken, uit, spoed)
        return not uit.verloren or bool(uit.dubbel)

    with contextlib.suppress(AssertionError):  # too late: then what is amiss still is the judgement
        await wacht_tot(goed, seconden=geduld)
    uit.seconden = time.monotonic() - begin
    return uit


async def mails_van(o: Opstelling, zaken: Sequence[Zaakdraad]) -> list[Mailstand]:
    """The outbox of these cases against the relay."""
    omgeving, ids = o.omgeving(), [traject_id_van(zaak) for zaak in zaken]
    async with omgeving.sessies() as session:
        gevonden = await session.execute(
            select(MailRij, BerichtRij)
            .join(BerichtRij, BerichtRij.mail_id == MailRij.id)
            .where(BerichtRij.traject_id.in_(ids))
        )
        per_mail: dict[str, tuple[MailRij, list[BerichtRij]]] = {}
        for mail, bericht in gevonden:
            per_mail.setdefault(mail.id, (mail, []))[1].append(bericht)
    aangekomen = Counter(b.message_id for b in o.sink.bezorgd)
    domein = omgeving.settings.message_id_domein
    return [
        Mailstand(mail, tuple(regels), aangekomen[message_id(mail.message_sleutel, domein)])
        for mail, regels in per_mail.values()
    ]


async def _onrust(omgeving: Omgeving, zaken: Sequence[Zaakdraad]) -> str:
    """What still has to happen before there is something to judge; empty when nothing has."""
    ids = [traject_id_van(zaak) for zaak in zaken]
    async with omgeving.sessies() as session:
        wacht = await session.scalar(
            select(OpdrachtRij.commando_id)
            .where(OpdrachtRij.traject_id.in_(ids), OpdrachtRij.status == OpdrachtStatus.ONTVANGEN)
            .limit(1)
        )
        onderweg = await session.execute(
            select(MailRij.id, MailRij.status, MailRij.niet_voor, BerichtRij.traject_id)
            .join(BerichtRij, BerichtRij.mail_id == MailRij.id)
            .where(BerichtRij.traject_id.in_(ids), MailRij.status.not_in(_RUST))
        )
        rijen = await session.execute(select(TrajectRij.traject_id, TrajectRij.versie))
        versies = {rij.traject_id: rij.versie for rij in rijen}
    if wacht is not None:
        return f"handeling {wacht} is nog niet beantwoord"
    te_doen = onderweg.all()
    for eerste in range(0, len(zaken), TEGELIJK):
        deel = zaken[eerste : eerste + TEGELIJK]
        for zaak, nu in zip(deel, await allemaal(stand(zaak) for zaak in deel), strict=True):
            traject_id = traject_id_van(zaak)
            if versies.get(traject_id) != nu.versie:
                return f"{traject_id} is versie {nu.versie}, in de tabellen {versies.get(traject_id)}"
            if nu.volgende_wek is not None and nu.volgende_wek <= nu.nu:
                return f"{traject_id} had gewekt moeten zijn om {nu.volgende_wek}, en het is {nu.nu}"
            for mail in te_doen:
                if mail.traject_id == traject_id and (mail.niet_voor <= nu.nu or mail.status == MailStatus.SENDING):
                    return f"mail {mail.id} van {traject_id} is {mail.status} vanaf {mail.niet_voor}, en het is {nu.nu}"
    return ""


async def _zaak(omgeving: Omgeving, zaak: Zaakdraad) -> list[str]:
    """Workflow, read model and timeline say the same, and nobody can fall silent."""
    traject_id, gevonden = traject_id_van(zaak), []
    in_workflow, wanneer = await zaak.toestand(), await stand(zaak)
    async with omgeving.sessies() as session:
        opgeslagen = await session.scalar(select(TrajectRij.staat).where(TrajectRij.traject_id == traject_id))
        feiten = await lees_tijdlijn(session, traject_id)
        journaal = await session.execute(
            select(OpdrachtRij.commando_id, OpdrachtRij.status).where(OpdrachtRij.traject_id == traject_id)
        )
        uitkomsten = [(rij.commando_id, rij.status) for rij in journaal]
    if opgeslagen is None or Traject.model_validate(opgeslagen) != in_workflow:
        gevonden.append(f"{traject_id}: het leesmodel is niet wat de workflow weet")
    try:
        if vouw_alles(feiten) != in_workflow:
            gevonden.append(f"{traject_id}: de tijdlijn vouwt niet tot de stand")
    except RoutewachtFout as fout:
        gevonden.append(f"{traject_id}: de tijdlijn is niet te vouwen ({type(fout).__name__})")
    if in_workflow.status is TrajectStatus.LOPEND and (not in_workflow.open_afspraken or wanneer.volgende_wek is None):
        gevonden.append(f"{traject_id}: niemand is iets verschuldigd, of geen wekker staat")
    toegepast = {g.commando_id for g in feiten}
    for commando, status in uitkomsten:
        if status == OpdrachtStatus.ONTVANGEN or (status == OpdrachtStatus.VERWERKT and commando not in toegepast):
            gevonden.append(f"{traject_id}: handeling {commando} is {status} en staat niet in de tijdlijn")
    return gevonden


async def _mails(o: Opstelling, zaken: Sequence[Zaakdraad], uit: Oordeel, spoed: int | None) -> None:
    per_regel: Counter[tuple[str, str]] = Counter()
    van_zaak: defaultdict[str, int] = defaultdict(int)
    gezien = {traject_id_van(zaak): await zaak.toestand() for zaak in zaken}
    for m in await mails_van(o, zaken):
        status = MailStatus(m.mail.status)
        uit.aankomsten += m.bezorgd
        uit.vastgehouden += status is MailStatus.HELD
        if m.bezorgd > 1:
            uit.dubbel.append(f"{m.mail.id}: {m.bezorgd} keer bij de relay")
        if status is MailStatus.SENT and not m.bezorgd:
            uit.verloren.append(f"{m.mail.id}: verzonden volgens ons, niet bij de relay")
        if status in _GEZIEN_ALS and not any(_wordt_gezien(gezien, r, status) for r in m.regels):
            uit.verloren.append(f"{m.mail.id}: {status}, en niemand ziet het")
        for regel in m.regels:
            per_regel[regel.sleutel, regel.persoon_id] += m.bezorgd
            van_zaak[regel.traject_id] += m.mail.spoed
    uit.dubbel += [f"{sleutel} aan {wie}: {keer} keer" for (sleutel, wie), keer in per_regel.items() if keer > 1]
    if spoed is not None:
        for traject_id in gezien:
            if van_zaak[traject_id] != spoed:
                uit.verloren.append(f"{traject_id}: {van_zaak[traject_id]} dringende mails, verwacht {spoed}")


def _wordt_gezien(zaken: dict[str, Traject], regel: BerichtRij, status: MailStatus) -> bool:
    return any(
        a.sjabloon == _GEZIEN_ALS[status] and a.over == regel.persoon_id for a in zaken[regel.traject_id].open_afspraken
    )
