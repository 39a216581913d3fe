"""`routewacht mail`: mails of which nobody knows whether they arrived, and what a person decides about them."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.taal import App
from cli.uitvoer import JsonOptie, toon, toon_json
from cli.wie import AlsOptie

if TYPE_CHECKING:
    from api.mail import Mailbesluit
    from domain.feiten import Wie

app = App("Aangehouden mail: bekijken, opnieuw versturen of laten vallen.", no_args_is_help=True)
MailArgument = Annotated[str, typer.Argument(metavar="MAIL", help="Id van de mail.")]


@app.command("lijst")
def lijst(json: JsonOptie = False) -> None:
    """Mails waarvan niemand weet of ze zijn aangekomen, de oudste eerst."""
    from api.rest.mail import MailUit
    from cli.verbinding import database, draai, instellingen
    from domain.ids import traject_code
    from domain.tijd import in_woorden, lokale_datum
    from storage.mail_list import aangehouden_mails

    settings = instellingen()

    async def werk() -> None:
        async with database(settings) as sessies, sessies() as session:
            mails = await aangehouden_mails(session)
        if json:
            toon_json({"mails": [MailUit.van(m).model_dump(mode="json") for m in mails]})
        elif not mails:
            toon("Van elke mail is bekend wat ermee is gebeurd.", "green")
        else:
            for m in mails:
                # One line each, never a table: it would cut off the id that the other commands ask for.
                over = ", ".join(traject_code(t) for t in m.traject_ids) or "geen traject"
                staat = "blijft hangen" if m.hangt else "aangehouden"
                toon(f"{m.mail_id}: aan {m.persoon_id}, {in_woorden(lokale_datum(m.sinds))}, {over}, {staat}")

    draai(werk())


@app.command("opnieuw")
def opnieuw(mail: MailArgument, als: AlsOptie, json: JsonOptie = False) -> None:
    """De mail is niet aangekomen: verstuur hem nog een keer."""
    from api.mail import Mailbesluit

    _beslis(mail, Mailbesluit.OPNIEUW, als, "De mail gaat opnieuw weg zodra dat mag.", json)


@app.command("laat-vallen")
def laat_vallen(mail: MailArgument, als: AlsOptie, json: JsonOptie = False) -> None:
    """De mail is niet meer nodig."""
    from api.mail import Mailbesluit

    _beslis(mail, Mailbesluit.LAAT_VALLEN, als, "De mail wordt niet meer verstuurd.", json)


@app.command("aangekomen")
def aangekomen(mail: MailArgument, als: AlsOptie, json: JsonOptie = False) -> None:
    """De ontvanger heeft de mail."""
    from api.mail import Mailbesluit

    _beslis(mail, Mailbesluit.AANGEKOMEN, als, "Opgeschreven dat de mail is aangekomen.", json)


def _beslis(mail: str, besluit: "Mailbesluit", als: "Wie", zin: str, als_json: bool) -> None:
    from api.mail import beslis_over_mail
    from cli.opdrachten import diensten
    from cli.verbinding import draai, instellingen

    settings = instellingen()

    async def werk() -> None:
        async with diensten(settings) as d:
            await beslis_over_mail(d, mail, besluit, als)

    draai(werk())
    if als_json:
        toon_json({"mail_id": mail, "besluit": besluit})
    else:
        toon(zin, "green")
