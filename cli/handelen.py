"""`routewacht traject act`: every act of the core as a command. Its options are made from the fields of the act itself
(domain/handelingen.py), so that a new field cannot be forgotten here.
"""

import inspect
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NamedTuple, get_args

import typer
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from cli.gegevens import niet_passend
from cli.taal import App, Groep
from cli.uitvoer import VERKEERD_GEBRUIK, JsonOptie, Mislukt, Probleem, voortgang
from cli.wie import AlsOptie, CommandoOptie, lees_wie
from domain.feiten import Wie
from domain.handelingen import (
    VAN_DE_POORT,
    DraagOver,
    EenHandeling,
    GeefRegieTerug,
    Handeling,
    Heropen,
    LegToestemmingVast,
    MeldStilstand,
    NeemBesluit,
    NeemRegieOver,
    RondAf,
    StelUit,
    WijzigGezag,
)

HANDELINGEN: tuple[tuple[type[Handeling], str], ...] = (
    (RondAf, "Vink een taak, document, overleg of registratie af."),
    (NeemBesluit, "Kies een uitkomst bij een besluit of evaluatie."),
    (LegToestemmingVast, "Leg vast wat iemand antwoordde, of dat een toestemming is ingetrokken."),
    (StelUit, "Stel een afspraak uit, met een reden en een maximum."),
    (DraagOver, "Geef een afspraak aan een andere rol of persoon."),
    (MeldStilstand, "Meld dat het traject stil ligt."),
    (Heropen, "Open een gesloten traject opnieuw."),
    (WijzigGezag, "Neem over wie het gezag heeft en hoe oud de leerling is, zoals dat nu bekend is."),
    (NeemRegieOver, "Neem de regie over."),
    (GeefRegieTerug, "Geef de overgenomen regie terug."),
)


class _Optie(NamedTuple):
    vlag: str
    metavar: str
    hulp: str
    meervoud: bool = False


OPTIES: dict[str, _Optie] = {
    "afspraak_id": _Optie(
        "--afspraak", "ID", "De afspraak: het id, of de naam in de route als er maar één open staat."
    ),
    "op": _Optie("--op", "DATUM", "De dag waarop het gebeurde, zoals 2026-09-01. Standaard vandaag."),
    "aanwezig": _Optie("--aanwezig", "ROL", "Wie erbij was; herhaal voor meer rollen.", meervoud=True),
    "uitkomst": _Optie("--uitkomst", "UITKOMST", "De gekozen uitkomst."),
    "kenmerken": _Optie("--kenmerk", "VRAAG=ANTWOORD", "Antwoord bij dit besluit; herhaal voor meer.", meervoud=True),
    "doel": _Optie("--doel", "DOEL", "Waarvoor de toestemming is."),
    "persoon_id": _Optie("--persoon", "ID", "Om welke persoon het gaat."),
    "antwoord": _Optie("--antwoord", "ANTWOORD", "Wat deze persoon zei."),
    "vorm": _Optie("--vorm", "VORM", "Hoe het antwoord kwam."),
    "tot": _Optie("--tot", "DATUM", "Tot welke schooldag, zoals 2026-09-01."),
    "reden": _Optie("--reden", "REDEN", "Waarom."),
    "rol": _Optie("--rol", "ROL", "Aan welke rol."),
    "oorzaak": _Optie("--oorzaak", "OORZAAK", "Waarom het stil ligt."),
    "stap": _Optie("--stap", "STAP", "Bij welke stap het weer begint. Standaard de eerste."),
}
_VEEL = 12


class _Actgroep(Groep):
    """A group takes its options before its argument. Without a command behind it any order will do, as elsewhere."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put TRAJECT last when only options follow it."""
        alleen_opties = len(args) > 1 and args[1].startswith("-") and not any(a in self.commands for a in args[1:])
        if alleen_opties and not args[0].startswith("-"):
            args = [*args[1:], args[0]]
        return super().parse_args(ctx, args)


app = App("Handel op een traject.", cls=_Actgroep, invoke_without_command=True)


class JsonOpdracht(BaseModel):
    """An act as a script gives it: as the JSON API takes it, with `commando_id` beside it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    handeling: EenHandeling
    door: Wie | None = None
    gezien_versie: int | None = Field(default=None, ge=0)
    toelichting: str | None = None
    commando_id: str | None = None


@app.callback()
def act(
    ctx: typer.Context,
    traject: Annotated[str, typer.Argument(metavar="TRAJECT", help="Id of code van het traject.")],
    json_opdracht: Annotated[
        str | None,
        typer.Option(
            "--json-opdracht", metavar="BESTAND|-", help="De hele handeling als JSON, uit een bestand of stdin."
        ),
    ] = None,
    als: Annotated[
        Wie | None,
        typer.Option(
            "--als", metavar="PERSOON:ROL", help="Wie dit doet, als dat niet in de JSON staat.", parser=lees_wie
        ),
    ] = None,
    json: JsonOptie = False,
) -> None:
    """Handel op een traject."""
    ctx.obj = traject
    if ctx.invoked_subcommand is not None:
        if json_opdracht is not None:
            raise Mislukt(
                VERKEERD_GEBRUIK,
                Probleem("gebruik", "Geef een handeling op, of --json-opdracht, niet allebei.", "--json-opdracht"),
            )
        return
    if json_opdracht is None:
        namen = ", ".join(_naam(klasse) for klasse, _ in HANDELINGEN)
        raise Mislukt(VERKEERD_GEBRUIK, Probleem("gebruik", "Er ontbreekt een handeling.", "", f"Kies uit: {namen}."))
    opdracht = _lees(json_opdracht)
    door = als or opdracht.door
    if door is None:
        raise Mislukt(
            VERKEERD_GEBRUIK,
            Probleem("gebruik", "'door' ontbreekt.", "door", "Zet 'door' in de JSON, of gebruik --als."),
        )
    _voer_uit(traject, opdracht.model_copy(update={"door": door}), als_json=json)


def _lees(bron: str) -> JsonOpdracht:
    try:
        tekst = sys.stdin.read() if bron == "-" else Path(bron).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Mislukt(
            VERKEERD_GEBRUIK, Probleem("gebruik", "Dit bestand is niet te lezen.", "--json-opdracht")
        ) from None
    try:
        return JsonOpdracht.model_validate_json(tekst)
    except ValidationError as fout:
        raise niet_passend(fout) from None


def _voer_uit(traject: str, opdracht: JsonOpdracht, *, als_json: bool) -> None:
    from api.opdrachten import handel
    from cli.opdrachten import commando, diensten, met_afspraak_id, zoek
    from cli.verbinding import draai, instellingen
    from cli.weergave import toon_afloop
    from runtime.route_files import laad_routes

    settings, id_ = instellingen(), commando(opdracht.commando_id)
    assert opdracht.door is not None
    door = opdracht.door

    async def werk() -> None:
        async with diensten(settings) as d:
            with voortgang("Handeling verwerken"):
                async with d.sessies() as session:
                    staat = await zoek(session, traject)
                laad_routes()
                afloop = await handel(
                    d,
                    staat.traject_id,
                    commando_id=id_,
                    door=door,
                    handeling=met_afspraak_id(staat, opdracht.handeling),
                    gezien_versie=opdracht.gezien_versie,
                    toelichting=opdracht.toelichting,
                )
            await toon_afloop(d, afloop, als_json=als_json)

    draai(werk())


def _naam(klasse: type[Handeling]) -> str:
    return str(klasse.model_fields["soort"].default)


def _keuzes(annotatie: Any) -> list[str]:
    """The values of the enumeration somewhere in this annotation; empty when there is none."""
    if isinstance(annotatie, type) and issubclass(annotatie, StrEnum):
        return [str(waarde) for waarde in annotatie]
    return next((k for deel in get_args(annotatie) if (k := _keuzes(deel))), [])


def _parameter(naam: str, klasse: type[Handeling]) -> inspect.Parameter:
    veld, optie = klasse.model_fields[naam], OPTIES[naam]
    keuzes = _keuzes(veld.annotation)
    hulp = f"{optie.hulp} Kies uit: {', '.join(keuzes)}." if 0 < len(keuzes) <= _VEEL else optie.hulp
    soort: Any = list[str] if optie.meervoud else str
    return inspect.Parameter(
        naam,
        inspect.Parameter.KEYWORD_ONLY,
        default=inspect.Parameter.empty if veld.is_required() else None,
        annotation=Annotated[
            soort if veld.is_required() else soort | None, typer.Option(optie.vlag, metavar=optie.metavar, help=hulp)
        ],
    )


_OVERAL = {
    "als": (AlsOptie, inspect.Parameter.empty),
    "gezien_versie": (
        Annotated[
            int | None,
            typer.Option(
                "--gezien-versie", metavar="NR", min=0, help="Weiger als de afspraak na deze versie is gewijzigd."
            ),
        ],
        None,
    ),
    "toelichting": (
        Annotated[
            str | None, typer.Option("--toelichting", metavar="TEKST", help="Vrije tekst; gaat nooit mee in een mail.")
        ],
        None,
    ),
    "commando": (CommandoOptie, None),
    "json": (JsonOptie, False),
}


def _voeg_toe(klasse: type[Handeling], uitleg: str) -> None:
    velden = [naam for naam in klasse.model_fields if naam not in VAN_DE_POORT | {"soort"}]

    def commando(**gegeven: Any) -> None:
        ctx = gegeven.pop("ctx")
        inhoud = {naam: gegeven[naam] for naam in velden if gegeven[naam] not in (None, [])}
        if "kenmerken" in inhoud:
            inhoud["kenmerken"] = _kenmerken(inhoud["kenmerken"])
        try:
            handeling = TypeAdapter[EenHandeling](EenHandeling).validate_python({**inhoud, "soort": _naam(klasse)})
        except ValidationError as fout:
            raise _met_vlag(fout) from None
        opdracht = JsonOpdracht(
            handeling=handeling,
            door=gegeven["als"],
            gezien_versie=gegeven["gezien_versie"],
            toelichting=gegeven["toelichting"],
            commando_id=gegeven["commando"],
        )
        _voer_uit(ctx.obj, opdracht, als_json=gegeven["json"])

    parameters = [
        inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context),
        *sorted((_parameter(naam, klasse) for naam in velden), key=lambda p: p.default is None),
        *(
            inspect.Parameter(naam, inspect.Parameter.KEYWORD_ONLY, annotation=soort, default=standaard)
            for naam, (soort, standaard) in _OVERAL.items()
        ),
    ]
    commando.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    commando.__annotations__ = {p.name: p.annotation for p in parameters}
    app.command(_naam(klasse), help=uitleg)(commando)


def _kenmerken(paren: list[str]) -> dict[str, str]:
    for paar in paren:
        if "=" not in paar:
            zin = "Schrijf een kenmerk als VRAAG=ANTWOORD, zoals leervraag=complex."
            raise Mislukt(VERKEERD_GEBRUIK, Probleem("klopt_niet", zin, "--kenmerk"))
    return dict(paar.split("=", 1) for paar in paren)


def _met_vlag(fout: ValidationError) -> Mislukt:
    """The same problems, with the field called as the option is: without the branch of the union it fell in."""
    mislukt = niet_passend(fout)
    problemen = []
    for p in mislukt.problemen:
        naam = next((deel for deel in p.veld.split(".") if deel in OPTIES), p.veld)
        vlag = OPTIES[naam].vlag if naam in OPTIES else p.veld
        problemen.append(Probleem(p.code, p.zin.replace(f"'{p.veld}'", vlag), vlag, p.remedie))
    return Mislukt(mislukt.rc, *problemen)


for _klasse, _uitleg in HANDELINGEN:
    _voeg_toe(_klasse, _uitleg)
