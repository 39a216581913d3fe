"""What must hold of a traject after every change, whatever people do. One function a promise, so a failure has a name."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from domain import feiten as f
from domain.consent import Doel, Stand
from domain.errors import WEIGERINGEN, Weigering
from domain.feiten import Gebeurtenis
from domain.handelingen import TijdVerstreken
from domain.ingebouwd import Ingebouwd
from domain.instellingen import UITSTEL_HOOGSTENS_KEER
from domain.predicates import geldt
from domain.progress import Uitslag, next_wake, progress
from domain.roles import Partij, Rol
from domain.route import AfspraakSjabloon, Uitkomst
from domain.tijd import lokale_datum
from domain.traject import AfspraakStatus, Traject, TrajectStatus
from domain.verloop import vouw, vouw_alles
from tests.support.zaak import Zaak


def controleer(zaak: Zaak, voor: Traject | None, uitslag: Uitslag) -> None:
    """All promises about one change. `voor` is None for the very first one."""
    niemand_valt_stil(zaak)
    feiten_geven_de_stand(voor, uitslag)
    feiten_volgen_elkaar(zaak, uitslag)
    datums_kloppen(zaak)
    berichten_kloppen(zaak, uitslag)
    zonder_toestemming_niets(zaak, voor, uitslag)
    if zaak.kader.tweede_editie:
        niemand_buiten_school_zonder_toestemming(uitslag)
        iemand_praat_over_antwoorden(uitslag)
    stilstand_ligt_bij_iemand(zaak.traject)
    niets_gaat_terug(zaak, voor)


def niemand_valt_stil(zaak: Zaak) -> None:
    """Somebody owes something by a date, the decision of the step is owed exactly once, and the clock is set."""
    t = zaak.traject
    wek = next_wake(zaak.kader, t)
    if t.status is TrajectStatus.GESLOTEN:
        assert wek is None
        assert not t.open_afspraken
        return
    assert wek is not None
    assert t.open_afspraken
    assert all(isinstance(a.rol, Rol) and a.streefdatum is not None and a.uitleg for a in t.open_afspraken)
    besluit = zaak.kader.route.stap(t.stap).besluit
    assert [a.stap for a in t.open_afspraken if a.sjabloon == besluit.id] == [t.stap]
    assert t.regie_bij in Rol


def feiten_geven_de_stand(voor: Traject | None, uitslag: Uitslag) -> None:
    """Folding the new facts over the old state gives the new state, also after a trip through JSON."""
    stand = Traject.model_validate_json(voor.model_dump_json()) if voor is not None else None
    for gebeurtenis in uitslag.gebeurtenissen:
        gelezen = Gebeurtenis.model_validate_json(gebeurtenis.model_dump_json())
        assert gelezen == gebeurtenis
        stand = vouw(stand, gelezen)
    assert stand == uitslag.traject


def tijdlijn_is_genoeg(zaak: Zaak) -> None:
    """The whole timeline, read back from JSON, gives the state."""
    gelezen = [Gebeurtenis.model_validate_json(g.model_dump_json()) for g in zaak.gebeurtenissen]
    assert vouw_alles(gelezen) == zaak.traject
    if zaak.kader.tweede_editie:
        laatste_woord_telt(zaak)


def feiten_volgen_elkaar(zaak: Zaak, uitslag: Uitslag) -> None:
    """Numbers without a gap, and the moment of writing never goes back."""
    alle = zaak.gebeurtenissen
    nieuw = alle[max(0, len(alle) - len(uitslag.gebeurtenissen) - 1) :]
    assert all(b.nr == a.nr + 1 and b.op >= a.op for a, b in pairwise(nieuw))
    assert zaak.traject.versie == len(alle)


def datums_kloppen(zaak: Zaak) -> None:
    """The hard date never lies before the target, and nobody postpones for ever."""
    for a in zaak.traject.afspraken:
        assert a.uiterste >= a.streefdatum
        assert a.uitgesteld <= UITSTEL_HOOGSTENS_KEER
        assert a.geopend_op >= zaak.traject.gestart_op
        assert (a.trede is None) == (a.trede_op is None)


def berichten_kloppen(zaak: Zaak, uitslag: Uitslag) -> None:
    """No key twice in a whole life, and nobody is told about something that is over."""
    sleutels = [m.sleutel for m in zaak.meldingen]
    assert len(sleutels) == len(set(sleutels)), [s for s in sleutels if sleutels.count(s) > 1]
    for m in uitslag.meldingen:
        assert m.rol is not Rol.SYSTEEM
        if m.afspraak_id is not None:
            afspraak = uitslag.traject.afspraak(m.afspraak_id)
            assert afspraak is not None, m
            assert afspraak.open, m


def zonder_toestemming_niets(zaak: Zaak, voor: Traject | None, uitslag: Uitslag) -> None:
    """Nothing that needs consent is open, opened, done or decided without it. Silence is never consent."""
    t = uitslag.traject
    for a in t.open_afspraken:
        doel = _nodig(zaak, a.stap, a.sjabloon)
        assert doel is None or t.stand(doel) is Stand.GEGEVEN, a
    if voor is None:
        return
    for g in uitslag.gebeurtenissen:
        if isinstance(g.feit, f.AfspraakGedaan):
            gedaan = voor.afspraak(g.feit.afspraak_id)
            doel = _nodig(zaak, gedaan.stap, gedaan.sjabloon) if gedaan else None
            assert doel is None or voor.stand(doel) is Stand.GEGEVEN, g
        if isinstance(g.feit, f.BesluitGenomen):
            _had_alles(zaak, voor, g.feit)


# Laid down here once more, apart from domain/delen.py: who outside school stands for which purpose.
_BUITEN_SCHOOL = {
    Rol.KOO: Doel.DELEN_KOO,
    Rol.JGZ: Doel.DELEN_JGZ,
    Rol.CASEMANAGER: Doel.DELEN_SOCIAAL_TEAM,
    Rol.GEDRAGSWETENSCHAPPER_ST: Doel.DELEN_SOCIAAL_TEAM,
    Rol.CJG: Doel.DELEN_SOCIAAL_TEAM,
    Rol.WIJKTEAM: Doel.DELEN_SOCIAAL_TEAM,
    Rol.ONDERSTEUNINGSLOKET: Doel.INZET_ONDERSTEUNINGSLOKET,
    Rol.TOEWIJZINGSTEAM: Doel.ZATT_OZL,
}


def niemand_buiten_school_zonder_toestemming(uitslag: Uitslag) -> None:
    """No message for, nothing owed by, and no regie with somebody outside school to whom it was not agreed."""
    t = uitslag.traject
    bereikt = {g.feit.naar_rol for g in uitslag.gebeurtenissen if isinstance(g.feit, f.TredeBereikt)}
    gehoord = bereikt | {m.rol for m in uitslag.meldingen}
    if t.status is TrajectStatus.LOPEND:
        gehoord |= {t.regie_bij, *(a.rol for a in t.open_afspraken)}
    for rol in gehoord & set(_BUITEN_SCHOOL):
        assert t.stand(_BUITEN_SCHOOL[rol]) is Stand.GEGEVEN, rol


def iemand_praat_over_antwoorden(uitslag: Uitslag) -> None:
    """Where an answer made that people want to talk, or do not agree, somebody owes that talk."""
    t = uitslag.traject
    for doel in {g.feit.doel for g in uitslag.gebeurtenissen if isinstance(g.feit, f.ToestemmingVastgelegd)}:
        if t.stand(doel) in {Stand.EERST_PRATEN, Stand.TEGENSTRIJDIG}:
            assert any(a.doel is doel and a.bal is not Partij.OUDERS for a in t.open_afspraken), doel


def laatste_woord_telt(zaak: Zaak) -> None:
    """Of each person and purpose the answer that was said last holds, in whatever order they were written down; and
    nothing said before the traject was opened again."""
    gezegd: dict[tuple[Doel, str], tuple[date, f.ToestemmingVastgelegd]] = {}
    for g in zaak.gebeurtenissen:
        if isinstance(g.feit, f.TrajectHeropend):
            gezegd = {}
        if isinstance(g.feit, f.ToestemmingVastgelegd):
            sleutel = (g.feit.doel, g.feit.persoon_id)
            if sleutel not in gezegd or g.feit.op >= gezegd[sleutel][0]:
                gezegd[sleutel] = (g.feit.op, g.feit)
    geldt = {(doel, wie): a for doel, v in zaak.traject.toestemmingen.items() for wie, a in v.antwoorden.items()}
    assert geldt == {sleutel: feit.antwoord for sleutel, (_, feit) in gezegd.items()}


def _had_alles(zaak: Zaak, voor: Traject, feit: f.BesluitGenomen) -> None:
    besluit = zaak.kader.route.stap(feit.stap).besluit
    uitkomst: Uitkomst = next(u for u in besluit.uitkomsten if u.id == feit.uitkomst)
    gedaan = {a.sjabloon for a in voor.afspraken if a.stap == feit.stap and a.status is AfspraakStatus.GEDAAN}
    daarna = voor.model_copy(update={"kenmerken": {**voor.kenmerken, **feit.kenmerken}})
    for eis in uitkomst.vereist:
        if eis.als is not None and not geldt(eis.als, daarna):
            continue
        assert eis.toestemming is None or voor.stand(eis.toestemming) is Stand.GEGEVEN, feit
        assert eis.afspraak is None or eis.afspraak in gedaan, feit


def _nodig(zaak: Zaak, stap: str | None, sjabloon: str) -> Doel | None:
    if stap is None:
        return None
    gevonden: Iterator[AfspraakSjabloon] = (s for s in zaak.kader.route.stap(stap).afspraken if s.id == sjabloon)
    return next((s.toestemming for s in gevonden), None)


def stilstand_ligt_bij_iemand(t: Traject) -> None:
    """A stall is always an open afspraak of the one it lies with; without a stall nobody is asked to take one up."""
    open_ = [a for a in t.open_afspraken if a.sjabloon == Ingebouwd.STAGNATIE]
    if t.stagnatie is None:
        assert not open_
    else:
        assert [(a.id, a.rol) for a in open_] == [(t.stagnatie.afspraak_id, t.stagnatie.bij)]


def niets_gaat_terug(zaak: Zaak, voor: Traject | None) -> None:
    """Days of waiting and the day of the last progress only grow; a closed traject does nothing by itself."""
    t = zaak.traject
    if voor is None:
        return
    assert t.versie >= voor.versie
    assert t.stil_sinds >= voor.stil_sinds
    assert all(t.wachtdagen[partij] >= dagen for partij, dagen in voor.wachtdagen.items())


def klok_loopt_door(zaak: Zaak) -> None:
    """When the clock has just gone off, no rung lies behind and the next alarm lies ahead: no busy loop, and a second
    alarm on the same moment does nothing."""
    t = zaak.traject
    wek = next_wake(zaak.kader, t)
    assert wek is None or wek > zaak.nu, "de klok blijft hangen"
    assert all(a.trede_op is None or a.trede_op > lokale_datum(zaak.nu) for a in t.open_afspraken)
    assert progress(zaak.kader, t, TijdVerstreken(), zaak.nu) == Uitslag(t, (), ())


def weigering_is_te_begrijpen(weigering: Weigering) -> None:
    """A stable code, a field, a sentence and a remedy in plain Dutch, and no id of a person or a traject."""
    assert WEIGERINGEN[weigering.code] is type(weigering)
    assert weigering.veld
    for tekst in (weigering.zin, weigering.remedie):
        assert tekst[0].isupper() or tekst[0] == "'", tekst
        assert tekst.endswith("."), tekst
        assert " " in tekst
        assert not re.search(r"\b[plto]-[a-z0-9]", tekst), tekst
        assert not re.search(r"Rol\.|Doel\.|None|<", tekst), tekst
