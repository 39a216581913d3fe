"""Tracing: one trace from the click of a person, by way of the journal, to the activity that puts it on record.

Off unless there is somewhere to send traces to. A span says what ran and how long: names of routes, workflows and
activities, ids, codes. Everything else is left out before it leaves this process (`Schoon`), because error texts and
addresses can quote a dossier.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import temporalio.api.common.v1
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from temporalio.client import Interceptor
from temporalio.contrib.opentelemetry import TracingInterceptor, TracingWorkflowInboundInterceptor
from temporalio.worker import (
    HandleUpdateInput,
    StartActivityInput,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)
from temporalio.workflow import ActivityHandle

from runtime.settings import Settings

# The only attributes that leave. Ids are random; a route is the pattern of an address, not the address.
TOEGESTAAN = frozenset(
    {
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "temporalWorkflowID",
        "temporalRunID",
        "temporalUpdateID",
        "temporalActivityID",
    }
)
_FOUTSOORT = "exception.type"
_W3C = TraceContextTextMapPropagator()
_VELD = "traceparent"
# The activity that puts an act on record (activities/record.py); by name, because runtime knows no activities.
_VASTLEGGEN = "record"


class Schoon(SpanExporter):
    """Passes spans on without anything that is not on the list: no error texts, no stack traces, no addresses."""

    def __init__(self, naar: SpanExporter) -> None:
        self._naar = naar

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """As the exporter behind it."""
        return self._naar.export([_schoon(span) for span in spans])

    def shutdown(self) -> None:
        """As the exporter behind it."""
        self._naar.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """As the exporter behind it."""
        return self._naar.force_flush(timeout_millis)


class Sporen:
    """The tracer of this process, and the interceptor that takes traces along through Temporal."""

    def __init__(self, dienst: str, verwerker: SpanProcessor) -> None:
        self._provider = TracerProvider(resource=Resource({"service.name": f"routewacht-{dienst}"}))
        self._provider.add_span_processor(verwerker)
        self.tracer = self._provider.get_tracer("routewacht")
        self.interceptor: Interceptor = _Interceptor(self.tracer)

    @classmethod
    def uit_instellingen(cls, settings: Settings, dienst: str) -> Sporen | None:
        """None unless an address for traces was set."""
        if settings.otlp_endpoint is None:
            return None
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        return cls(dienst, BatchSpanProcessor(Schoon(OTLPSpanExporter(endpoint=settings.otlp_endpoint))))

    def sluit(self) -> None:
        """Send what is still waiting."""
        self._provider.shutdown()


def huidig_spoor() -> str | None:
    """The trace this code runs in (W3C traceparent), to keep beside what is done later; None outside any."""
    drager: dict[str, str] = {}
    _W3C.inject(drager)
    return drager.get(_VELD)


@contextlib.contextmanager
def vervolg(spoor: str | None) -> Iterator[None]:
    """Go on with a trace that was kept, unless one is going on already."""
    if spoor is None or trace.get_current_span().get_span_context().is_valid:
        yield
        return
    sleutel = otel_context.attach(_W3C.extract({_VELD: spoor}))
    try:
        yield
    finally:
        otel_context.detach(sleutel)


class _Interceptor(TracingInterceptor):
    """As Temporal's, with the trace of an act carried on to what puts it on record."""

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[TracingWorkflowInboundInterceptor]:
        super().workflow_interceptor_class(input)  # registers what the class below calls
        return _InWorkflow


class _InWorkflow(TracingWorkflowInboundInterceptor):
    """The main loop of a case carries out the effects of every act, in the trace of whoever once started the case. So the
    headers of the last act are kept here and given to the recording that follows it. Headers are no commands: replay does
    not see them."""

    van_handeling: temporalio.api.common.v1.Payload | None = None

    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        super().init(_UitWorkflow(outbound, self))

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:
        self.van_handeling = input.headers.get(self.header_key) or self.van_handeling
        return await super().handle_update_handler(input)


class _UitWorkflow(WorkflowOutboundInterceptor):
    def __init__(self, next: WorkflowOutboundInterceptor, binnen: _InWorkflow) -> None:
        super().__init__(next)
        self._binnen = binnen

    def start_activity(self, input: StartActivityInput) -> ActivityHandle[Any]:
        kop, self._binnen.van_handeling = self._binnen.van_handeling, None
        if kop is not None and input.activity == _VASTLEGGEN:
            input.headers = {**input.headers, self._binnen.header_key: kop}
        else:
            self._binnen.van_handeling = kop
        return super().start_activity(input)


def _schoon(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={naam: w for naam, w in (span.attributes or {}).items() if naam in TOEGESTAAN},
        events=[
            Event(e.name, {_FOUTSOORT: (e.attributes or {}).get(_FOUTSOORT, "")}, e.timestamp)
            for e in span.events
            if e.name == "exception"
        ],
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
