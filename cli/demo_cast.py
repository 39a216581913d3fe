"""The scripted cast of the demo: how these invented people behave. Pure: asked with a state and a moment, answers an act.

Every act goes through the same core as the acts of real people; one that would be refused is not tried. Characters differ
in how soon they act, in what parents answer, and in what they forget.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from cli.demo_gegevens import PROFESSIONALS, Kind
from domain.consent import Antwoord, Doel, Vorm, ondertekenaars
from domain.dagen import is_schooldag, schooldagen_tussen
from domain.errors import Weigering
from domain.feiten import Wie
from domain.handelingen import EenHandeling, LegToestemmingVast, MeldStilstand, NeemBesluit, Opdracht, RondAf
from domain.ingebouwd import Ingebouwd
from domain.kader import Kader
from domain.progress import progress
from domain.roles import Rol
from domain.route import Soort
from domain.tijd import AMSTERDAM, lokale_datum
from domain.traject import Afspraak, Traject, TrajectStatus

ZWIJGT_SCHOOLDAGEN = 4


class Karakter(StrEnum):
    """How the people around one pupil behave."""

    VLOT = "vlot"
    TRAAG = "traag"
    SCHOOL_VERGEET = "school_vergeet"
    OUDERS_ZWIJGEN = "ouders_zwijgen"
    OUDERS_WEIGEREN = "ouders_weigeren"
    GEMEENTE_VERGEET = "gemeente_vergeet"
    OUDERS_TREKKEN_AAN_DE_BEL = "ouders_trekken_aan_de_bel"


_VOLGORDE = (
    Karakter.VLOT,
    Karakter.SCHOOL_VERGEET,
    Karakter.TRAAG,
    Karakter.OUDERS_ZWIJGEN,
    Karakter.VLOT,
    Karakter.GEMEENTE_VERGEET,
    Karakter.OUDERS_WEIGEREN,
    Karakter.TRAAG,
    Karakter.OUDERS_TREKKEN_AAN_DE_BEL,
    Karakter.VLOT,
)
# Among so many pupils in a row every character occurs.
VARIATIE = len(_VOLGORDE)
# What somebody forgets until the regievoerder or the stagnatiepunt has been there.
_VERGETEN: dict[Karakter, frozenset[str]] = {
    Karakter.SCHOOL_VERGEET: frozenset({"evaluatie", "onderzoek_onderwijs"}),
    Karakter.GEMEENTE_VERGEET: frozenset({"zorgdoelen", "contact_gemeente"}),
}
_UITKOMSTEN: dict[str, tuple[str, ...]] = {
    "vervolg_signaal": ("onderzoek", "onderzoek", "onderzoek", "koo_meedenken", "basisondersteuning"),
    "vervolg_koo": ("onderzoek",),
    "triage": ("plan_van_aanpak", "plan_van_aanpak", "extra_ondersteuning"),
    "plan_vaststellen": ("vastgesteld",),
    "evaluatie": ("voortzetten", "bijstellen", "afschalen", "voortzetten", "opschalen", "afschalen"),
    "evaluatie_hulp": ("doorgaan", "afschalen"),
    "vervolg_opschaling": ("nieuwe_aanpak", "samenwerkingsverband", "arrangement"),
    "vervolg_arrangement": ("toegekend",),
    "vervolg_swv": ("eigen_school", "tlv"),
    "vervolg_tlv": ("overstap",),
    "evaluatie_nazorg": ("sluiten",),
}
_ZONDER_GEMEENTE = {
    "triage": ("extra_ondersteuning",),
    "plan_vaststellen": ("alleen_school",),
    "vervolg_opschaling": ("alleen_school",),
    "vervolg_swv": ("eigen_school",),
}
_STEUN = frozenset({"uitvoering", "extra_ondersteuning"})
_KENMERKEN: dict[str, dict[str, str]] = {
    "plan_van_aanpak": {"leervraag": "complex", "leefvraag": "enkelvoudig", "problematiek": "meervoudig"},
    "extra_ondersteuning": {"leervraag": "complex", "leefvraag": "geen", "problematiek": "niet_bepaald"},
    "vastgesteld": {"leervraag": "complex", "leefvraag": "complex"},
    "alleen_school": {"leervraag": "complex", "leefvraag": "geen"},
}


def karakter_van(nummer: int) -> Karakter:
    """The character of the people around the pupil with this number in the list."""
    return _VOLGORDE[nummer % len(_VOLGORDE)]


@dataclass(frozen=True)
class Cast:
    """The people around one pupil. Callable as the `Gedrag` that simulations and the live demo ask for an act.

    With `kantooruren` nobody acts outside 8-17 hours. The live demo does without: its day is over in seconds, and a busy
    machine would make these people miss their own office hours. From `blijft_stil_vanaf` on nobody does
    anything that would end a stall.
    """

    kader: Kader
    kind: Kind
    karakter: Karakter
    kantooruren: bool = True
    blijft_stil_vanaf: date | None = None

    def __call__(self, traject: Traject, nu: datetime) -> Opdracht | None:
        """The first act somebody does at this moment and that would be accepted; on school days only."""
        vandaag = lokale_datum(nu)
        if traject.status is TrajectStatus.GESLOTEN or not is_schooldag(self.kader.kalender, vandaag):
            return None
        if self.kantooruren and not 8 <= nu.astimezone(AMSTERDAM).hour < 17:
            return None
        for rol, handeling, persoon in self._wat_kan(traject, vandaag):
            opdracht = self._opdracht(traject, rol, handeling, persoon)
            try:
                na = progress(self.kader, traject, opdracht, nu).traject
            except Weigering:
                continue
            if na.stagnatie is None and self._blijft_stil(traject, vandaag):
                continue
            return opdracht
        return None

    def _blijft_stil(self, traject: Traject, vandaag: date) -> bool:
        blijft = self.blijft_stil_vanaf is not None and vandaag >= self.blijft_stil_vanaf
        return blijft and traject.stagnatie is not None

    def _opdracht(self, traject: Traject, rol: Rol, handeling: EenHandeling, persoon: str | None) -> Opdracht:
        inhoud = f"{traject.traject_id}:{traject.versie}:{handeling.model_dump_json()}"
        return Opdracht(
            commando_id=f"c-{sha256(inhoud.encode()).hexdigest()[:24]}",
            door=Wie(rol=rol, persoon_id=persoon or self._persoon(rol)),
            handeling=handeling,
            gezien_versie=traject.versie,
        )

    def _persoon(self, rol: Rol) -> str | None:
        in_rol = [p for p in PROFESSIONALS if p.rol is rol]
        van_school = [p for p in in_rol if p.bij == self.kind.school_id]
        return next((p.id for p in (*van_school, *in_rol)), None)

    def _wat_kan(self, traject: Traject, vandaag: date) -> Iterator[tuple[Rol, EenHandeling, str | None]]:
        if self._trekt_aan_de_bel(traject, vandaag):
            yield Rol.OUDERS, MeldStilstand(), self.kind.ouders[0]
        for afspraak in sorted(traject.open_afspraken, key=lambda a: (a.streefdatum, a.id)):
            if afspraak.soort is Soort.TOESTEMMING:
                yield from self._antwoorden(traject, afspraak, vandaag)
            elif not self._vergeten(traject, afspraak) and vandaag >= self._dag(traject, afspraak):
                handeling = self._handeling(traject, afspraak)
                if handeling is not None:
                    yield afspraak.rol, handeling, None

    def _trekt_aan_de_bel(self, traject: Traject, vandaag: date) -> bool:
        if self.karakter is not Karakter.OUDERS_TREKKEN_AAN_DE_BEL or traject.stagnatie is not None:
            return False
        return traject.stap in _STEUN and self._schooldagen(traject.stil_sinds, vandaag) == 12

    def _schooldagen(self, sinds: date, vandaag: date) -> int:
        """How many there were, as far as the calendar looks back."""
        return schooldagen_tussen(self.kader.kalender, max(sinds, self.kader.kalender.van), vandaag)

    def _vergeten(self, traject: Traject, afspraak: Afspraak) -> bool:
        """Forgotten until somebody came to ask: an afspraak with a restarted date is not forgotten again."""
        return afspraak.sjabloon in _VERGETEN.get(self.karakter, ()) and not afspraak.uitleg.startswith(
            "nieuwe afspraak"
        )

    def _dag(self, traject: Traject, afspraak: Afspraak) -> date:
        """The day this person acts, scattered by the afspraak: quick people are early, slow people late."""
        toeval = int(sha256(f"{traject.leerling_id}:{afspraak.id}:{afspraak.streefdatum}".encode()).hexdigest(), 16)
        if afspraak.sjabloon == Ingebouwd.STAGNATIE:
            return afspraak.geopend_op + timedelta(days=5 + toeval % 8)
        if self.karakter is Karakter.TRAAG:
            return afspraak.streefdatum + timedelta(days=1 + toeval % 9)
        return max(afspraak.geopend_op + timedelta(days=1), afspraak.streefdatum - timedelta(days=toeval % 5))

    def _handeling(self, traject: Traject, afspraak: Afspraak) -> EenHandeling | None:
        if afspraak.sjabloon == Ingebouwd.STAGNATIE:
            return NeemBesluit(afspraak_id=afspraak.id, uitkomst="in_beweging")
        besluit = self.kader.besluit_van(afspraak)
        if besluit is None:
            aanwezig = next(
                (s.aanwezig for s in self.kader.route.stap(traject.stap).afspraken if s.id == afspraak.sjabloon), ()
            )
            return RondAf(afspraak_id=afspraak.id, aanwezig=aanwezig)
        keuzes = _UITKOMSTEN[besluit.id]
        if self.karakter in {Karakter.OUDERS_WEIGEREN, Karakter.OUDERS_ZWIJGEN}:
            keuzes = _ZONDER_GEMEENTE.get(besluit.id, keuzes)
        toeval = int(sha256(f"{traject.leerling_id}:{afspraak.id}".encode()).hexdigest(), 16)
        uitkomst = keuzes[toeval % len(keuzes)]
        kenmerken = {k: v for k, v in _KENMERKEN.get(uitkomst, {}).items() if k in tuple(besluit.vragen)}
        return NeemBesluit(afspraak_id=afspraak.id, uitkomst=uitkomst, kenmerken=kenmerken, aanwezig=besluit.aanwezig)

    def _antwoorden(
        self, traject: Traject, afspraak: Afspraak, vandaag: date
    ) -> Iterator[tuple[Rol, EenHandeling, str | None]]:
        """What each signer says, some school days after the question. Who keeps silent never says yes."""
        assert afspraak.doel is not None
        gezegd = traject.toestemmingen[afspraak.doel].antwoorden
        wacht = ZWIJGT_SCHOOLDAGEN if self.karakter is not Karakter.TRAAG else 3 * ZWIJGT_SCHOOLDAGEN
        if self._schooldagen(afspraak.geopend_op, vandaag) < wacht:
            return
        for persoon in ondertekenaars(afspraak.doel, traject.gezag):
            if persoon in gezegd or self._zwijgt(traject, afspraak):
                continue
            antwoord = self._antwoord(afspraak.doel)
            yield (
                Rol.IB,
                LegToestemmingVast(doel=afspraak.doel, persoon_id=persoon, antwoord=antwoord, vorm=Vorm.SCHRIFTELIJK),
                None,
            )

    def _zwijgt(self, traject: Traject, afspraak: Afspraak) -> bool:
        """Silent until the stagnatiepunt has brought people together."""
        return self.karakter is Karakter.OUDERS_ZWIJGEN and not afspraak.uitleg.startswith("nieuwe afspraak")

    def _antwoord(self, doel: Doel) -> Antwoord:
        return Antwoord.GEWEIGERD if self.karakter is Karakter.OUDERS_WEIGEREN else Antwoord.GEGEVEN
