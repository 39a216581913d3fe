"""What the demo says in the terminal: where everything is, what to look at first, and how fast the clock runs."""

from datetime import datetime

from rich.panel import Panel

from api.rondleiding import RONDLEIDING
from cli.demo import Keuzes
from domain.tijd import in_woorden, lokale_datum
from runtime.klok import Klok

_HERHAALD = "De schoolkalender van de demo is op. De demo begint opnieuw, met nieuwe gegevens."
_VASTGEZET = (
    "De schoolkalender van de demo is bijna op: verder zijn de schoolvakanties nog niet vastgesteld. Routewacht start "
    "opnieuw op dezelfde gegevens, met de klok op gewone snelheid. Alles blijft te bekijken."
)
# By whether the demo begins anew.
KALENDER_OP = {True: _HERHAALD, False: _VASTGEZET}


def welkom(adressen: dict[str, str], keuzes: Keuzes, klok: Klok, einde: datetime) -> Panel:
    """Addresses, a short tour with links that always lead to a case in that state, and the clock."""
    breed = max(len(naam) for naam in adressen)
    regels = [f"[bold]{naam:<{breed}}[/]  {adres}" for naam, adres in adressen.items()]
    site = adressen["Trajecten"].rstrip("/")
    halte = max(len(h.titel) for h in RONDLEIDING.values())
    regels += ["", "[bold]Kijk hier eerst[/] (elke link opent een zaak die nu zo staat)"]
    regels += [f"{h.titel:<{halte}}  {site}/kijk/{naam}" for naam, h in RONDLEIDING.items()]
    regels += ["", *_tempo(keuzes, klok, einde), "", "Alle mensen en kinderen zijn verzonnen. Stoppen: Ctrl-C."]
    return Panel("\n".join(regels), title="Routewacht, de demo", border_style="cyan", expand=False)


def _tempo(keuzes: Keuzes, klok: Klok, einde: datetime) -> list[str]:
    if klok.schaal.factor > 1 and keuzes.tempo is not None:
        over = (einde - klok.nu()).total_seconds() / klok.schaal.factor
        return [
            "[bold]De klok loopt snel[/]",
            f"Een dag in de demo duurt {_duur(keuzes.tempo)}, een jaar {_duur(365 * keuzes.tempo)}.",
            'Rustiger:             make demo ARGS="--tempo 30"   (30 seconden per dag)',
            'Op gewone snelheid:   make demo ARGS="--realtime"',
            f"Over {_duur(over)} is de schoolkalender bijna op ({in_woorden(lokale_datum(einde))}).",
            "Dan loopt de klok op gewone snelheid verder.",
            'Vanzelf opnieuw:      make demo ARGS="--herhaal"    (wist dan de gegevens)',
        ]
    begin = f"De klok loopt op gewone snelheid; in de demo is het {in_woorden(lokale_datum(klok.nu()))}."
    if keuzes.tempo is None:
        return [begin, 'Sneller: make demo ARGS="--tempo 4" (een dag duurt dan 4 seconden).']
    return [begin, 'De schoolkalender is bijna op. Opnieuw beginnen: make demo ARGS="--nieuw".']


def _duur(seconden: float) -> str:
    """A span in the unit a person would choose."""
    for eenheid, meer in ((86_400, "dagen"), (3_600, "uur"), (60, "minuten")):
        if seconden >= 2 * eenheid:
            return f"{round(seconden / eenheid)} {meer}"
    return f"{seconden:.2g} seconden".replace(".", ",") if seconden < 10 else f"{round(seconden)} seconden"
