"""Folding: facts in, state out. The only place where the state of a traject changes.

`vouw` never computes a date and never refuses: every fact is complete. So the timeline alone is enough to rebuild the
read model and the workflow (docs/decisions/0002).
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from domain import feiten as f
from domain.roles import Partij
from domain.route import Soort
from domain.traject import (
    COMMANDOS_ONTHOUDEN,
    Afspraak,
    AfspraakStatus,
    Stagnatie,
    Toestemming,
    Traject,
    TrajectStatus,
)


class TijdlijnOnvolledig(ValueError):
    """The timeline has a gap, or does not begin with the start of a traject."""


def vouw(traject: Traject | None, gebeurtenis: f.Gebeurtenis) -> Traject:
    """The state after one more fact. Raises TijdlijnOnvolledig when the numbers do not follow each other."""
    feit = gebeurtenis.feit
    if traject is None:
        if not isinstance(feit, f.TrajectGestart) or gebeurtenis.nr != 1:
            raise TijdlijnOnvolledig("een tijdlijn begint met traject_gestart, nummer 1")
        nieuw = _begin(feit)
    else:
        if gebeurtenis.nr != traject.versie + 1:
            raise TijdlijnOnvolledig(f"na feit {traject.versie} kwam feit {gebeurtenis.nr}")
        nieuw = _VOUWERS[type(feit)](traject, feit, gebeurtenis.nr)
    return nieuw.model_copy(update={"versie": gebeurtenis.nr, "commandos": _onthoud(nieuw, gebeurtenis.commando_id)})


def vouw_alles(gebeurtenissen: Iterable[f.Gebeurtenis]) -> Traject:
    """The state after a whole timeline. Raises TijdlijnOnvolledig for an empty one or one with a gap."""
    traject: Traject | None = None
    for gebeurtenis in gebeurtenissen:
        traject = vouw(traject, gebeurtenis)
    if traject is None:
        raise TijdlijnOnvolledig("deze tijdlijn is leeg")
    return traject


def _onthoud(traject: Traject, commando_id: str | None) -> tuple[str, ...]:
    if commando_id is None or (traject.commandos and traject.commandos[-1] == commando_id):
        return traject.commandos
    return (*traject.commandos, commando_id)[-COMMANDOS_ONTHOUDEN:]


def _begin(feit: f.TrajectGestart) -> Traject:
    return Traject(
        traject_id=feit.traject_id,
        swv_id=feit.swv_id,
        school_id=feit.school_id,
        leerling_id=feit.leerling_id,
        route=feit.route,
        gezag=feit.gezag,
        gestart_op=feit.op,
        stap="",
        stap_sinds=feit.op,
        regie_bij=feit.regie_bij,
        stil_sinds=feit.op,
        kalender=feit.kalender,
    )


def _met(traject: Traject, **velden: Any) -> Traject:
    return traject.model_copy(update=velden)


def _wijzig(traject: Traject, afspraak_id: str, nr: int, **velden: Any) -> Traject:
    afspraken = tuple(
        a.model_copy(update={**velden, "versie": nr}) if a.id == afspraak_id else a for a in traject.afspraken
    )
    return _met(traject, afspraken=afspraken)


def _stap_betreden(t: Traject, feit: f.StapBetreden, nr: int) -> Traject:
    """Entering a step drops what is closed: guards look no further back than the step, the timeline keeps the rest.

    Another round of the same step keeps its finished tasks (they may be required at the end) but not its old decisions.
    """
    if feit.ronde:
        besluiten = (Soort.EVALUATIE, Soort.BESLUIT)
        over = tuple(a for a in t.afspraken if a.open or (a.stap == t.stap and a.soort not in besluiten))
        return _met(t, stap_sinds=feit.op, stap_versie=nr, afspraken=over, **_voortgang(t, feit.op))
    voortgang = _voortgang(t, feit.op)
    return _met(t, stap=feit.stap, stap_sinds=feit.op, stap_versie=nr, afspraken=t.open_afspraken, **voortgang)


def _geopend(t: Traject, feit: f.AfspraakGeopend, nr: int) -> Traject:
    afspraak: Afspraak = feit.afspraak.model_copy(update={"versie": nr})
    return _met(t, afspraken=(*t.afspraken, afspraak), volgende_afspraak=t.volgende_afspraak + 1)


def _gedaan(t: Traject, feit: f.AfspraakGedaan, nr: int) -> Traject:
    t = _wijzig(t, feit.afspraak_id, nr, status=AfspraakStatus.GEDAAN, gedaan_op=feit.op, trede=None, trede_op=None)
    return _met(t, **_voortgang(t, feit.op))


def _voortgang(t: Traject, op: date) -> dict[str, Any]:
    """Real progress on `op`. A warning given after that day still counts: it was about the silence that came after."""
    gewaarschuwd = t.stilte_gewaarschuwd_op
    nog_geldig = gewaarschuwd is not None and gewaarschuwd > op
    return {"stil_sinds": max(t.stil_sinds, op), "stilte_gewaarschuwd_op": gewaarschuwd if nog_geldig else None}


def _vervallen(t: Traject, feit: f.AfspraakVervallen, nr: int) -> Traject:
    return _wijzig(t, feit.afspraak_id, nr, status=AfspraakStatus.VERVALLEN, trede=None, trede_op=None)


def _verzet(t: Traject, feit: f.AfspraakVerzet, nr: int) -> Traject:
    velden = feit.model_dump(include={"streefdatum", "uiterste", "uitleg", "trede", "trede_op", "uitgesteld"})
    if feit.reden != "kalender":
        velden |= {"termijn": None, "uiterlijk": None}
    return _wijzig(t, feit.afspraak_id, nr, **velden)


def _overgedragen(t: Traject, feit: f.AfspraakOvergedragen, nr: int) -> Traject:
    t = _wijzig(t, feit.afspraak_id, nr, rol=feit.rol, persoon_id=feit.persoon_id)
    if t.stagnatie is None or t.stagnatie.afspraak_id != feit.afspraak_id:
        return t
    return _met(t, stagnatie=t.stagnatie.model_copy(update={"bij": feit.rol}))


def _bal(t: Traject, feit: f.BalVerplaatst, nr: int) -> Traject:
    dagen: dict[Partij, int] = {**t.wachtdagen, feit.van: t.wachtdagen.get(feit.van, 0) + feit.schooldagen}
    return _met(_wijzig(t, feit.afspraak_id, nr, bal=feit.naar, bal_sinds=feit.op), wachtdagen=dagen)


def _besluit(t: Traject, feit: f.BesluitGenomen, nr: int) -> Traject:
    kenmerken = {**t.kenmerken, **feit.kenmerken}
    return _met(t, kenmerken=kenmerken, regie_bij=feit.regie_bij, regie_terug_naar=feit.regie_terug_naar)


def _regie(t: Traject, feit: f.RegieVerplaatst, nr: int) -> Traject:
    return _met(t, regie_bij=feit.naar, regie_terug_naar=feit.terug_naar)


def _gezag(t: Traject, feit: f.GezagGewijzigd, nr: int) -> Traject:
    return _met(t, gezag=feit.gezag)


def _gevraagd(t: Traject, feit: f.ToestemmingGevraagd, nr: int) -> Traject:
    eerder = t.toestemmingen.get(feit.doel)
    vraag = Toestemming(doel=feit.doel, gevraagd_op=feit.op)
    if eerder is not None:
        vraag = eerder.model_copy(update={"gevraagd_op": feit.op})
    return _met(t, toestemmingen={**t.toestemmingen, feit.doel: vraag})


def _vastgelegd(t: Traject, feit: f.ToestemmingVastgelegd, nr: int) -> Traject:
    vraag = t.toestemmingen.get(feit.doel) or Toestemming(doel=feit.doel, gevraagd_op=feit.op)
    velden: dict[str, Any] = {"antwoorden": {**vraag.antwoorden, feit.persoon_id: feit.antwoord}}
    if feit.geldt_vanaf is not None:
        velden["gezegd_op"] = {**vraag.gezegd_op, feit.persoon_id: feit.geldt_vanaf}
    vraag = vraag.model_copy(update=velden)
    return _met(t, toestemmingen={**t.toestemmingen, feit.doel: vraag}, **_voortgang(t, feit.op))


def _trede(t: Traject, feit: f.TredeBereikt, nr: int) -> Traject:
    velden = {"trede": feit.volgende, "trede_op": feit.volgende_op}
    if feit.wijzigt:
        return _wijzig(t, feit.afspraak_id, nr, **velden)
    afspraken = tuple(a.model_copy(update=velden) if a.id == feit.afspraak_id else a for a in t.afspraken)
    return _met(t, afspraken=afspraken)


def _venster(t: Traject, feit: f.VensterGepland, nr: int) -> Traject:
    return _met(t, vensters={**t.vensters, feit.venster: feit.op})


def _stilte(t: Traject, feit: f.StilteGezien, nr: int) -> Traject:
    return _met(t, stilte_gewaarschuwd_op=feit.op)


def _stagnatie(t: Traject, feit: f.StagnatieVastgesteld, nr: int) -> Traject:
    stagnatie = Stagnatie(
        oorzaak=feit.oorzaak,
        bron=feit.bron,
        bij=feit.bij,
        sinds=feit.op,
        afspraak_id=feit.afspraak_id,
        over=feit.over,
    )
    return _met(t, stagnatie=stagnatie)


def _opgeheven(t: Traject, feit: f.StagnatieOpgeheven, nr: int) -> Traject:
    return _met(t, stagnatie=None, stil_sinds=feit.op, stilte_gewaarschuwd_op=None)


def _kalender(t: Traject, feit: f.KalenderVervangen, nr: int) -> Traject:
    return _met(t, kalender=feit.kalender)


def _gesloten(t: Traject, feit: f.TrajectGesloten, nr: int) -> Traject:
    return _met(t, status=TrajectStatus.GESLOTEN, stagnatie=None)


def _heropend(t: Traject, feit: f.TrajectHeropend, nr: int) -> Traject:
    t = _met(t, status=TrajectStatus.LOPEND, stil_sinds=feit.op)
    if feit.regie_bij is None:
        return t
    return _met(
        t,
        regie_bij=feit.regie_bij,
        regie_terug_naar=None,
        gezag=feit.gezag or t.gezag,
        kenmerken={},
        toestemmingen={},
        toestemming_vanaf=feit.op,
    )


def _alleen_lezen(t: Traject, feit: f.Feit, nr: int) -> Traject:
    return t


_VOUWERS: dict[type, Callable[[Traject, Any, int], Traject]] = {
    f.StapBetreden: _stap_betreden,
    f.AfspraakGeopend: _geopend,
    f.AfspraakGedaan: _gedaan,
    f.AfspraakVervallen: _vervallen,
    f.AfspraakVerzet: _verzet,
    f.AfspraakOvergedragen: _overgedragen,
    f.BalVerplaatst: _bal,
    f.BesluitGenomen: _besluit,
    f.ToestemmingGevraagd: _gevraagd,
    f.ToestemmingVastgelegd: _vastgelegd,
    f.TredeBereikt: _trede,
    f.VensterGepland: _venster,
    f.StilteGezien: _stilte,
    f.StagnatieVastgesteld: _stagnatie,
    f.StagnatieOpgeheven: _opgeheven,
    f.BezorgingMislukt: _alleen_lezen,
    f.SignaalGeweigerd: _alleen_lezen,
    f.KalenderVervangen: _kalender,
    f.TrajectGesloten: _gesloten,
    f.TrajectHeropend: _heropend,
    f.RegieVerplaatst: _regie,
    f.GezagGewijzigd: _gezag,
}
