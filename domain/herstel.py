"""Do the tables and the workflow of one traject tell the same story? Pure comparison; who repairs is elsewhere.

Three things must agree: the read model, the fold of the timeline, and the state of the running workflow. After one of the
two stores was put back from an older copy they do not, and each way of disagreeing has a name here. No name or text of
a person is ever part of it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.feiten import Gebeurtenis
from domain.traject import Traject, TrajectStatus
from domain.verloop import TijdlijnOnvolledig, vouw_alles

# Longer than a busy worker needs, shorter than the five minutes within which a person must see it.
GEDULD = timedelta(minutes=2)


class Verschil(StrEnum):
    """One way in which the tables and the workflow disagree."""

    TIJDLIJN_GAT = "tijdlijn_gat"
    RIJ_ONTBREEKT = "rij_ontbreekt"
    RIJ_ANDERS = "rij_anders"
    AFSPRAKEN_ANDERS = "afspraken_anders"
    WORKFLOW_WEG = "workflow_weg"
    WORKFLOW_ACHTER = "workflow_achter"
    WORKFLOW_VOOR = "workflow_voor"
    WORKFLOW_ANDERS = "workflow_anders"
    WORKFLOW_ZWIJGT = "workflow_zwijgt"
    WEKKER_ANDERS = "wekker_anders"
    WEKKER_TE_LAAT = "wekker_te_laat"
    OPDRACHT_VERGETEN = "opdracht_vergeten"
    OPDRACHT_OPEN = "opdracht_open"
    MAIL_ZONDER_VERZENDER = "mail_zonder_verzender"
    TEKST_KWIJT = "tekst_kwijt"
    DIGEST_WEG = "digest_weg"
    DIGEST_ZWIJGT = "digest_zwijgt"
    BERICHT_AL_VERTELD = "bericht_al_verteld"
    OVERZICHT_ZONDER_VERZENDER = "overzicht_zonder_verzender"
    NIET_TE_LEZEN = "niet_te_lezen"


class Uitkomst(BaseModel):
    """What was found and what is left of one traject, or of the digest of one samenwerkingsverband, by its id.

    `geweigerd`: acts that were offered again and no longer fit; the person reads why, and somebody should tell them.
    """

    model_config = ConfigDict(frozen=True)
    id: str
    gevonden: tuple[Verschil, ...]
    over: tuple[Verschil, ...]
    geweigerd: int = 0


class Beeld(BaseModel):
    """What a running workflow answers about itself. `te_bezorgen`: ids of urgent mails it still has to hand over."""

    model_config = ConfigDict(frozen=True)
    traject: Traject
    te_bezorgen: tuple[str, ...] = ()
    volgende_wek: datetime | None


class Aanwezig(StrEnum):
    """Is there a workflow? WEG: never was, was lost, or was ended by hand. ZWIJGT: it is there and does not answer."""

    LOOPT = "loopt"
    AFGEROND = "afgerond"
    WEG = "weg"
    ZWIJGT = "zwijgt"


class Workflowbeeld(BaseModel):
    """The side of Temporal. `beeld` is there for a workflow that runs, and for one that was finished and still answers."""

    model_config = ConfigDict(frozen=True)
    aanwezig: Aanwezig
    beeld: Beeld | None = None


class Tabelbeeld(BaseModel):
    """The side of the tables, as one traject stands there.

    `epoch` is the highest of row and timeline, 0 when there is neither. `rij_klopt` and `afspraken_kloppen` say whether
    the columns follow from the state in the row. `verwerkt`: acts the journal calls applied.
    `open_opdrachten` and `mails`: acts without an answer and urgent mails that did not leave, older than what may still
    be on its way. `teksten_kwijt`: texts a fact points to in vain.
    """

    model_config = ConfigDict(frozen=True)
    traject_id: str
    feiten: tuple[Gebeurtenis, ...] = ()
    epoch: int = 0
    rij: Traject | None = None
    rij_klopt: bool = True
    afspraken_kloppen: bool = True
    volgende_wek: datetime | None = None
    verwerkt: frozenset[str] = frozenset()
    open_opdrachten: frozenset[str] = frozenset()
    mails: frozenset[str] = frozenset()
    teksten_kwijt: tuple[str, ...] = ()

    def gevouwen(self) -> Traject | None:
        """The state the timeline folds to, at the epoch of the tables; None when the timeline is empty or has a gap."""
        try:
            traject = vouw_alles(self.feiten)
        except TijdlijnOnvolledig:
            return None
        return traject.model_copy(update={"epoch": self.epoch})

    @property
    def commandos(self) -> frozenset[str]:
        """Every act that led to a fact."""
        return frozenset(g.commando_id for g in self.feiten if g.commando_id is not None)


def vergelijk(t: Tabelbeeld, w: Workflowbeeld, nu: datetime) -> tuple[Verschil, ...]:
    """Every difference, in the order in which they are best repaired; empty when all agree. `nu`: on the clock of the
    cases."""
    gevouwen = t.gevouwen()
    gevonden = [*_tijdlijn_en_rij(t, gevouwen), *_workflow(t, gevouwen, w)]
    gevonden += [*_wekker(t, w, nu, gevonden), *_opdrachten(t, w), *_mail(t, w)]
    if t.teksten_kwijt:
        gevonden.append(Verschil.TEKST_KWIJT)
    return tuple(gevonden)


def _tijdlijn_en_rij(t: Tabelbeeld, gevouwen: Traject | None) -> list[Verschil]:
    if not t.feiten and t.rij is None:
        return []
    if gevouwen is None:
        return [Verschil.TIJDLIJN_GAT]
    if t.rij is None:
        return [Verschil.RIJ_ONTBREEKT]
    gevonden = [Verschil.RIJ_ANDERS] if t.rij != gevouwen or not t.rij_klopt else []
    return gevonden if t.afspraken_kloppen else [*gevonden, Verschil.AFSPRAKEN_ANDERS]


def _workflow(t: Tabelbeeld, gevouwen: Traject | None, w: Workflowbeeld) -> list[Verschil]:
    if w.aanwezig is Aanwezig.ZWIJGT:
        return [Verschil.WORKFLOW_ZWIJGT]
    stand = w.beeld.traject if w.beeld else None
    if gevouwen is None:
        return [Verschil.WORKFLOW_VOOR] if stand is not None else []
    if stand is not None and w.aanwezig is not Aanwezig.WEG and (stand.epoch, stand.versie) > _plek(gevouwen):
        return [Verschil.WORKFLOW_VOOR]
    if w.aanwezig is not Aanwezig.LOOPT or stand is None:
        return [Verschil.WORKFLOW_WEG] if gevouwen.status is TrajectStatus.LOPEND else []
    if _plek(stand) < _plek(gevouwen):
        return [Verschil.WORKFLOW_ACHTER]
    return [Verschil.WORKFLOW_ANDERS] if stand != gevouwen else []


def _plek(traject: Traject) -> tuple[int, int]:
    return traject.epoch, traject.versie


def _wekker(t: Tabelbeeld, w: Workflowbeeld, nu: datetime, al: Sequence[Verschil]) -> list[Verschil]:
    if al or t.rij is None or w.beeld is None or w.aanwezig is not Aanwezig.LOOPT:
        return []
    wek = w.beeld.volgende_wek
    if wek is not None and wek < nu - GEDULD:
        return [Verschil.WEKKER_TE_LAAT]
    return [Verschil.WEKKER_ANDERS] if wek != t.volgende_wek else []


def vergeten_opdrachten(t: Tabelbeeld, w: Workflowbeeld) -> frozenset[str]:
    """Acts that somebody was told are applied, and of which neither the timeline nor the workflow knows."""
    van_workflow = w.beeld.traject.commandos if w.beeld and w.aanwezig is not Aanwezig.WEG else ()
    return t.verwerkt - t.commandos - frozenset(van_workflow)


def _opdrachten(t: Tabelbeeld, w: Workflowbeeld) -> list[Verschil]:
    gevonden = [Verschil.OPDRACHT_VERGETEN] if vergeten_opdrachten(t, w) else []
    return [*gevonden, Verschil.OPDRACHT_OPEN] if t.open_opdrachten else gevonden


def _mail(t: Tabelbeeld, w: Workflowbeeld) -> list[Verschil]:
    if w.aanwezig is Aanwezig.ZWIJGT:
        return []
    onderweg = w.beeld.te_bezorgen if w.beeld and w.aanwezig is Aanwezig.LOOPT else ()
    return [Verschil.MAIL_ZONDER_VERZENDER] if t.mails - frozenset(onderweg) else []
