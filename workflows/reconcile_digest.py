"""Reconcile for the morning mails: which messages were told already, and does every mail still have a sender?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.client import WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from domain.herstel import Uitkomst, Verschil
from domain.ids import digest_workflow_id
from domain.tijd import lokale_datum, om_acht
from runtime.temporal import NACHT_QUEUE
from storage.mail_tables import MailStatus
from storage.repair import Ochtendpost, al_verteld, boek_ochtenden, overzichten_onderweg, zet_mails
from workflows.digest import DigestWorkflow
from workflows.history import Nagelezen, lees_na
from workflows.messages import DigestInvoer
from workflows.reconcile import Toezicht, status_na, uitgesteld

_WACHT = timedelta(seconds=10)


@dataclass(frozen=True)
class _Digest:
    """The digest as it runs: None in `volgende` when there is none, and when it does not answer."""

    zwijgt: bool = False
    volgende: datetime | None = None
    te_bezorgen: frozenset[str] = frozenset()


async def vergelijk_digest(toezicht: Toezicht, swv_id: str) -> tuple[Verschil, ...]:
    """What differs between the digest of this samenwerkingsverband and the tables."""
    digest = await _bekijk(toezicht, swv_id)
    if digest.zwijgt:
        return (Verschil.DIGEST_ZWIJGT,)
    gevonden = [] if digest.volgende else [Verschil.DIGEST_WEG]
    gelezen = await lees_na(toezicht.client, digest_workflow_id(swv_id))
    async with toezicht.sessies() as session:
        if await al_verteld(session, swv_id, _post(gelezen)):
            gevonden.append(Verschil.BERICHT_AL_VERTELD)
        onderweg = await overzichten_onderweg(
            session, swv_id, toezicht.klok.nu() - toezicht.geduld, ook_vrijgegeven=toezicht.twijfel
        )
    if onderweg.keys() - digest.te_bezorgen:
        gevonden.append(Verschil.OVERZICHT_ZONDER_VERZENDER)
    return tuple(gevonden)


async def herstel_digest(toezicht: Toezicht, swv_id: str) -> Uitkomst:
    """Book what was told already, and give every mail that did not leave a sender. After the trajecten: messages that
    were read back must not be told again."""
    gevonden = await vergelijk_digest(toezicht, swv_id)
    if not gevonden or Verschil.DIGEST_ZWIJGT in gevonden:
        return Uitkomst(id=swv_id, gevonden=gevonden, over=gevonden)
    digest, nu = await _bekijk(toezicht, swv_id), toezicht.klok.nu()
    gelezen = await lees_na(toezicht.client, digest_workflow_id(swv_id))
    async with toezicht.sessies.begin() as session:
        await boek_ochtenden(session, swv_id, _post(gelezen), nu)
        onderweg = await overzichten_onderweg(session, swv_id, nu, ook_vrijgegeven=toezicht.twijfel)
        bekend = {m: status_na(gelezen.pogingen.get(m, [])) for m in onderweg if m not in digest.te_bezorgen}
        besloten = {m: _voor_mens(status) for m, status in bekend.items() if status is not None}
        if toezicht.twijfel:
            besloten |= {m: MailStatus.HELD for m, status in bekend.items() if status is None}
        await zet_mails(session, besloten, nu)
        rest = await overzichten_onderweg(session, swv_id, nu)
    if digest.volgende is None or rest.keys() - digest.te_bezorgen:
        await _begin(toezicht, swv_id, digest, rest)
    return Uitkomst(id=swv_id, gevonden=gevonden, over=await vergelijk_digest(toezicht, swv_id))


async def _begin(toezicht: Toezicht, swv_id: str, digest: _Digest, mails: dict[str, datetime]) -> None:
    """A digest in the place of the one there is, that goes on with the same morning and knows these mails."""
    nu = toezicht.klok.nu()
    vandaag = om_acht(lokale_datum(nu))
    # Without a digest nobody knows whether this morning was done. Doing it again is safe: one mail a person and a day.
    sinds = (digest.volgende or min(vandaag, nu)) - timedelta(seconds=1)
    await toezicht.client.start_workflow(
        DigestWorkflow.run,
        DigestInvoer(
            swv_id=swv_id, tijdschaal=toezicht.klok.schaal, sinds=min(sinds, nu), te_bezorgen=uitgesteld(mails)
        ),
        id=digest_workflow_id(swv_id),
        task_queue=NACHT_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.TERMINATE_EXISTING,
    )


async def _bekijk(toezicht: Toezicht, swv_id: str) -> _Digest:
    handle = toezicht.client.get_workflow_handle_for(DigestWorkflow.run, digest_workflow_id(swv_id))
    try:
        beschrijving = await handle.describe(rpc_timeout=_WACHT)
    except RPCError as fout:
        if fout.status is RPCStatusCode.NOT_FOUND:
            return _Digest()
        raise
    if beschrijving.status is not WorkflowExecutionStatus.RUNNING:
        return _Digest()
    try:
        volgende = await handle.query(DigestWorkflow.volgende, rpc_timeout=_WACHT)
        mails = await handle.query(DigestWorkflow.te_bezorgen, rpc_timeout=_WACHT)
    except (WorkflowQueryFailedError, RPCError):
        return _Digest(zwijgt=True)
    return _Digest(volgende=volgende, te_bezorgen=frozenset(mails))


def _post(gelezen: Nagelezen) -> list[Ochtendpost]:
    """The mornings, each mail with what became of it. One nobody tried yet is queued: the digest still carries it."""
    return [
        Ochtendpost(nu, {m: status_na(gelezen.pogingen.get(m, [])) or MailStatus.QUEUED for m in mails})
        for nu, mails in gelezen.ochtenden
    ]


def _voor_mens(status: MailStatus) -> MailStatus:
    return MailStatus.HELD if status is MailStatus.SENDING else status
