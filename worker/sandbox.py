"""Which of our packages workflows may use without re-import. The same object serves worker, tests and replay.

Not passing them through costs megabytes per cached case, and `zoneinfo` works only inside a passed-through module. In
exchange `domain/` and `workflows/` are checked for clocks and randomness by tests/architecture.
"""

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

EIGEN = (
    "domain",
    "activities",
    "storage",
    "runtime",
    "workflows.klok",
    "workflows.messages",
    "workflows.signalen",
    "workflows.versies",
)
BIBLIOTHEKEN = (
    "pydantic",
    "pydantic_core",
    "sqlalchemy",
    "psycopg",
    "structlog",
    "aiosmtplib",
    "holidays",
    "cryptography",
    "jinja2",
    "yaml",
    "opentelemetry",
)


def maak_runner() -> SandboxedWorkflowRunner:
    """The sandbox, on, with our pure packages passed through."""
    beperkingen = SandboxRestrictions.default.with_passthrough_modules(*EIGEN, *BIBLIOTHEKEN)
    return SandboxedWorkflowRunner(restrictions=beperkingen)
