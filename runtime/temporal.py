"""The connection to Temporal and the names of its task queues."""

from __future__ import annotations

import asyncio
import logging
import secrets
from datetime import timedelta
from typing import Final

import structlog
from temporalio.client import Client
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)
from temporalio.service import RPCError

from runtime.codec import Sleutelring, maak_converter
from runtime.settings import Settings
from runtime.sleutelkast import Sleutelkast
from runtime.sporen import Sporen

# What people wait for runs apart from nightly and bulk work. Constants and not settings, because workflow code names
# them too and must find the same ones on every replay.
TRAJECT_QUEUE: Final = "traject"
NACHT_QUEUE: Final = "nacht"

_log = structlog.get_logger(__name__)
_PAUZE = timedelta(seconds=0.5)
_PAUZE_MAX = timedelta(seconds=5)


def stel_sdk_in(metrics_port: int | None = None) -> None:
    """Let the native part of the SDK log through ours, instead of writing to the screen itself. Once, before connecting.

    With `metrics_port` its own metrics (failed workflow tasks, retries, cache, latencies) are served there for
    Prometheus, on the loopback only: names of workflows, activities and queues, no ids.
    """
    doorgeven = LogForwardingConfig(logger=logging.getLogger("temporal_core"))
    Runtime.set_default(
        Runtime(
            telemetry=TelemetryConfig(
                logging=LoggingConfig(
                    filter=TelemetryFilter(core_level="WARN", other_level="ERROR"), forwarding=doorgeven
                ),
                metrics=PrometheusConfig(bind_address=f"127.0.0.1:{metrics_port}") if metrics_port else None,
            )
        ),
        error_if_already_set=False,
    )


class TemporalOnbereikbaar(RuntimeError):
    """Temporal did not answer within the time a process has for starting up."""


async def connect(
    settings: Settings,
    ring: Sleutelring,
    kast: Sleutelkast | None = None,
    *,
    wachttijd: timedelta = timedelta(seconds=60),
    rol: str = "routewacht",
    sporen: Sporen | None = None,
) -> Client:
    """Connect to Temporal, waiting up to `wachttijd` (real time) while the server is still starting.

    With `kast` every workflow is encrypted with a data key of its own; without, with the ring itself.

    `rol` names the process in Temporal's own records, followed by a random number: histories keep this identity for
    ever, so it holds no host name and no name of a person. `sporen` takes traces along. Raises `TemporalOnbereikbaar`.
    """
    identity = f"{rol}-{secrets.token_hex(4)}"
    pauze = _PAUZE
    try:
        async with asyncio.timeout(wachttijd.total_seconds()):
            while True:
                try:
                    return await Client.connect(
                        settings.temporal_address,
                        namespace=settings.temporal_namespace,
                        data_converter=maak_converter(ring, kast),
                        identity=identity,
                        interceptors=[sporen.interceptor] if sporen else [],
                    )
                except (RuntimeError, RPCError) as fout:  # the SDK raises a bare RuntimeError when nobody listens
                    _log.info("temporal_not_ready", address=settings.temporal_address, error=type(fout).__name__)
                await asyncio.sleep(pauze.total_seconds())
                pauze = min(pauze * 2, _PAUZE_MAX)
    except TimeoutError:
        raise TemporalOnbereikbaar(
            f"Temporal antwoordt niet op {settings.temporal_address} (gewacht: {wachttijd.total_seconds():.0f} s)."
        ) from None
