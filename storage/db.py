"""Engine and sessions. One request or one activity is one transaction: `async with sessies.begin() as session`."""

import psycopg
from sqlalchemy import event, exc
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

# Milliseconds. A writer waits for another one on the same traject, never longer; a forgotten transaction is cut.
_GRENZEN = {
    "lock_timeout": "5000",
    "statement_timeout": "30000",
    "idle_in_transaction_session_timeout": "60000",
    "timezone": "UTC",
}
# Of the client, because a server that is away cannot keep time: seconds to connect, milliseconds without an answer.
_VERBINDING = {"connect_timeout": 5, "tcp_user_timeout": 10_000}
# A server that became a copy of another one (failover) refuses to write until we are led to the right one.
_ALLEEN_LEZEN = "25006"


def psycopg_url(url: str | URL) -> URL:
    """The URL with our driver, whatever was written before `://`. Raises ValueError for another database."""
    parsed = make_url(url)
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise ValueError("Routewacht werkt alleen met PostgreSQL")
    return parsed.set(drivername="postgresql+psycopg")


def maak_engine(url: str | URL, *, verbindingen: int = 10) -> AsyncEngine:
    """An engine with at most `verbindingen` connections; whoever needs one more waits ten seconds and then fails.

    Waiting for a lock ends after 5 seconds, a statement after 30, an idle transaction after 60. Nothing is kept on
    the server between transactions (no prepared statements), so a pooler in between or a failover changes nothing.
    """
    grenzen = " ".join(f"-c {naam}={waarde}" for naam, waarde in _GRENZEN.items())
    engine = create_async_engine(
        psycopg_url(url),
        pool_size=verbindingen,
        max_overflow=0,
        pool_timeout=10,
        pool_recycle=1800,
        pool_pre_ping=True,
        hide_parameters=True,  # an error text would quote names and addresses
        connect_args={"options": grenzen, "prepare_threshold": None, "application_name": "routewacht", **_VERBINDING},
    )
    event.listen(engine.sync_engine, "handle_error", _zonder_gegevens)
    return engine


def _zonder_gegevens(fout: ExceptionContext) -> None:
    """Keep only the first sentence of an error: the details quote values, as in "Key (email)=(...) already exists"."""
    oorspronkelijk = fout.original_exception
    if not isinstance(oorspronkelijk, psycopg.Error) or fout.sqlalchemy_exception is None:
        return
    kort = oorspronkelijk.diag.message_primary or type(oorspronkelijk).__name__
    oorspronkelijk.args = (kort,)
    fout.sqlalchemy_exception.args = (f"({type(oorspronkelijk).__name__}) {kort}",)


def is_database_weg(fout: BaseException) -> bool:
    """Is this the database that cannot be reached, is stopping or starting, or is too busy to answer in time?

    Then trying again later is all there is to do. Other errors of the database are mistakes of ours.
    """
    if isinstance(fout, exc.OperationalError | exc.InterfaceError | exc.TimeoutError):
        return True
    if isinstance(fout, exc.DBAPIError):
        return fout.connection_invalidated or getattr(fout.orig, "sqlstate", None) == _ALLEEN_LEZEN
    return False


def sessies(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Sessions of this engine. Objects stay readable after commit: nothing is fetched again behind one's back."""
    return async_sessionmaker(engine, expire_on_commit=False)
