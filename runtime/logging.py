"""Logging: structlog over the standard library, one stream, no personal data.

Events are short `snake_case` names, data are keywords. Inside a workflow or activity the Temporal ids are added, and a
workflow that is being replayed says nothing twice. Import this module passed through when workflow code logs.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any, TextIO, cast

import structlog
from opentelemetry import trace
from structlog.typing import EventDict, Processor, WrappedLogger
from temporalio import activity, workflow

WEGGELATEN = "[weggelaten]"

# A key is personal when one of its parts (split at "_") is in this list: `ouder_email`, `naam_leerling`.
# fmt: off
PERSOONLIJK = frozenset({
    "naam", "namen", "voornaam", "voornamen", "achternaam", "roepnaam", "tussenvoegsel", "initialen", "geslacht",
    "email", "mail", "mailadres", "emailadres", "adres", "straat", "huisnummer", "postcode", "woonplaats",
    "telefoon", "telefoonnummer", "mobiel", "geboortedatum", "geboren", "leeftijd", "bsn", "ontvanger",
    "tekst", "toelichting", "opmerking", "notitie", "reden", "diagnose", "verslag", "bericht", "inhoud", "onderwerp",
    "wachtwoord", "password", "token", "sleutel", "sleutels", "secret", "cookie", "authorization",
})
# fmt: on

# Only of these packages the text of an error is printed: their messages hold ids and codes. Any other message (of a
# database: "Key (email)=(...)", of a parser that quotes its input) may quote a dossier: there only type and place.
_TEKST_VAN = ("temporalio", "asyncio", "ssl", "domain", "runtime", "storage", "activities", "workflows")
_MAX_OORZAKEN = 6

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def stel_logging_in(*, als_json: bool, niveau: str = "INFO", stroom: TextIO | None = None) -> None:
    """Route all logging of the process, third-party included, to one stream. Call once, at the start of `main`."""
    vooraf: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            zwijg_bij_replay,
            *vooraf,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    weergave: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if als_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    handler = logging.StreamHandler(stroom or sys.stdout)
    handler.addFilter(lambda _: not _replay())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=vooraf,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                voeg_temporal_toe,
                voeg_spoor_toe,
                laat_persoonlijks_weg,
                vat_uitzondering_samen,
                weergave,
            ],
        )
    )
    wortel = logging.getLogger()
    wortel.handlers[:] = [handler]
    wortel.setLevel(niveau)
    _bedaar_anderen()


def _bedaar_anderen() -> None:
    # The SDK glues its ids to the text of the message; ours come as fields.
    workflow.logger.workflow_info_on_message = False
    workflow.logger.workflow_info_on_extra = False
    activity.logger.activity_info_on_message = False
    activity.logger.activity_info_on_extra = False
    for naam in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(naam)
        logger.handlers.clear()
        logger.propagate = True
    # Its lines hold the full address of a page, and addresses hold capabilities; SMTP libraries print addresses.
    for naam in ("uvicorn.access", "mail.log", "mail.debug", "aiosmtplib"):
        logging.getLogger(naam).setLevel(logging.WARNING)


def _replay() -> bool:
    return workflow.in_workflow() and workflow.unsafe.is_replaying_history_events()


def zwijg_bij_replay(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Drop what a workflow said before: during a replay its code runs again, but nothing happens again."""
    if _replay():
        raise structlog.DropEvent
    return event


def voeg_temporal_toe(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Add which workflow or activity is speaking."""
    if workflow.in_workflow():
        info = workflow.info()
        event.update(workflow_id=info.workflow_id, workflow_type=info.workflow_type, run_id=info.run_id)
    elif activity.in_activity():
        act = activity.info()
        event.update(workflow_id=act.workflow_id, activity=act.activity_type, attempt=act.attempt)
    return event


def voeg_spoor_toe(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Add the trace this line belongs to, if there is one. Not inside a workflow: there every case has its own."""
    if not workflow.in_workflow():
        spoor = trace.get_current_span().get_span_context()
        if spoor.is_valid:
            event["trace_id"] = trace.format_trace_id(spoor.trace_id)
    return event


def laat_persoonlijks_weg(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace the values of personal keys, also inside nested mappings and lists. A safety net, not a licence."""
    return cast(EventDict, _zonder_persoonlijks(event))


def _zonder_persoonlijks(waarde: Any) -> Any:
    if isinstance(waarde, Mapping):
        return {
            sleutel: WEGGELATEN if _is_persoonlijk(sleutel) else _zonder_persoonlijks(inhoud)
            for sleutel, inhoud in waarde.items()
        }
    if type(waarde) in (list, tuple):  # not subclasses: exc_info and named tuples keep their shape
        return type(waarde)(_zonder_persoonlijks(deel) for deel in waarde)
    return waarde


def _is_persoonlijk(sleutel: object) -> bool:
    return isinstance(sleutel, str) and not PERSOONLIJK.isdisjoint(sleutel.lower().split("_"))


def vat_uitzondering_samen(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Turn an exception into types and places in the code, with its message only where that cannot be personal."""
    exc_info = event.pop("exc_info", None)
    if isinstance(exc_info, BaseException):
        fout: BaseException | None = exc_info
    elif isinstance(exc_info, tuple):
        fout = cast(ExcInfo, exc_info)[1]
    else:
        fout = sys.exc_info()[1] if exc_info else None
    if fout is not None:
        event["exception"] = "\n".join(_keten(fout))
    return event


def _keten(fout: BaseException | None) -> list[str]:
    regels: list[str] = []
    for _ in range(_MAX_OORZAKEN):
        if fout is None:
            break
        soort = type(fout)
        kop = f"{soort.__module__}.{soort.__qualname__}".removeprefix("builtins.")
        mag = soort.__module__.partition(".")[0] in _TEKST_VAN
        regels.append(f"{kop}: {fout}" if mag else kop)
        regels += [f"  {f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(fout.__traceback__)]
        fout = fout.__cause__ or (None if fout.__suppress_context__ else fout.__context__)
    return regels
