"""The `routewacht` command. Everything heavy is imported inside the commands, so that `--help` answers at once."""

import contextlib
import logging
import os
import sys
from typing import Any

import typer

from cli import backup, bewaren, mail, people, processen, reconcile, routes, simulate, sleutels, traject, wissen
from cli.taal import App, Hoofdgroep

app = App("Routewacht bewaakt de ondersteuningsroute van een leerling.", cls=Hoofdgroep, no_args_is_help=True)


@app.callback()
def _routewacht() -> None:
    """Routewacht bewaakt de ondersteuningsroute van een leerling."""


app.command("worker")(processen.worker)
app.command("api")(processen.api)
app.command("migrate")(processen.migrate)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("reconcile")(reconcile.reconcile)
app.command("rebuild")(reconcile.rebuild)
app.command("wis")(wissen.wis)
app.command("simulate")(simulate.simulate)


@app.command("demo", add_help_option=False, context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def demo(ctx: typer.Context) -> None:
    """Start alles op deze machine, met voorbeeldgegevens en een versnelde klok."""
    from cli.demo import demo as echte_demo

    los = App("", no_args_is_help=False)
    los.command()(echte_demo)
    commando = typer.main.get_command(los)
    rc = commando.main(args=ctx.args, prog_name=ctx.command_path, standalone_mode=False)
    raise typer.Exit(rc if isinstance(rc, int) else 0)


app.add_typer(traject.app, name="traject")
app.add_typer(people.app, name="people")
app.add_typer(mail.app, name="mail")
app.add_typer(routes.app, name="route")
app.add_typer(bewaren.app, name="bewaren")
app.add_typer(sleutels.app, name="sleutels")


def main() -> None:
    """The entry point of the package. Does not return."""
    try:
        app()
        rc: Any = 0
    except SystemExit as einde:
        rc = einde.code
    rc = rc if isinstance(rc, int) else int(rc is not None)
    with contextlib.suppress(OSError, ValueError):  # the reader of a pipe may have left
        sys.stdout.flush()
        sys.stderr.flush()
    if "temporalio.bridge" in sys.modules:
        # The SDK's own threads can abort the interpreter while it shuts down; what was asked is done by now.
        logging.shutdown()
        os._exit(rc)
    sys.exit(rc)


if __name__ == "__main__":
    main()
