"""Did somebody ask this task to stop? Libraries lose that: a call of the Temporal SDK that is cancelled raises an error of
its own, and a loop that waits for better times would go on for ever."""

import asyncio


def moet_stoppen() -> bool:
    """True once the running task was cancelled, also when something on the way swallowed the CancelledError."""
    taak = asyncio.current_task()
    return taak is not None and taak.cancelling() > 0
