"""The process of `routewacht worker` or `routewacht api`, in the namespace where the clock of a case may be set.

The command itself refuses that namespace, as it should; so this starts the same `draai` with the settings of the demo.
What differs besides is named in `CHAOS` and nothing else: how long a delivery may take before its worker counts as dead.
"""

import asyncio
import json
import os
import sys
from dataclasses import replace
from datetime import timedelta

from runtime.logging import stel_logging_in
from runtime.settings import Settings


def main() -> None:
    """`python -m tests.chaos.proces worker|api`, with everything else in the variable CHAOS as JSON."""
    opdracht = json.loads(os.environ["CHAOS"])
    settings = Settings.voor_demo(**opdracht["settings"])
    stel_logging_in(als_json=True)
    if seconden := opdracht["bezorgtijd"]:
        import activities.options as opties

        # Before any workflow is imported: they take the name over from here.
        opties.DELIVER = replace(opties.DELIVER, start_to_close=timedelta(seconds=seconden))
    if sys.argv[1] == "worker":
        from worker.main import draai
    else:
        from api.main import draai
    asyncio.run(draai(settings))


if __name__ == "__main__":
    main()
