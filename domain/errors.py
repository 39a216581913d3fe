"""Refusals a person can understand. One class a kind, with a stable code; nobody reads the text to decide."""

from typing import ClassVar


class RoutewachtFout(Exception):
    """Root of all errors of Routewacht."""


class InstellingOnbekend(RoutewachtFout):
    """A route or a school names a setting that does not exist."""


class RouteOnbekend(RoutewachtFout):
    """A traject is pinned to a route version that this worker does not carry."""


class Weigering(RoutewachtFout):
    """An act that is refused. Carries a code, the field it is about, a Dutch sentence and the remedy.

    The text never holds personal data: it travels through Temporal and through problem+json.
    """

    code: ClassVar[str] = "geweigerd"
    status: ClassVar[int] = 409

    def __init__(self, zin: str, *, veld: str, remedie: str) -> None:
        super().__init__(zin)
        self.zin, self.veld, self.remedie = zin, veld, remedie


class TrajectOnbekend(Weigering):
    """There is no traject with this id."""

    code, status = "traject_onbekend", 404


class AfspraakOnbekend(Weigering):
    """The afspraak does not exist in this traject."""

    code, status = "afspraak_onbekend", 404


class StapOnbekend(Weigering):
    """The step does not exist in this route."""

    code, status = "stap_onbekend", 422


class VerkeerdeRol(Weigering):
    """This role may not do this."""

    code, status = "verkeerde_rol", 403


class TrajectIsGesloten(Weigering):
    """The traject is closed; only reopening is possible."""

    code, status = "traject_gesloten", 409


class TrajectLoopt(Weigering):
    """Reopening a traject that is not closed."""

    code, status = "traject_loopt", 409


class Verouderd(Weigering):
    """The page was older than the state: somebody else acted in between."""

    code, status = "verouderd", 409


class UitkomstOnbekend(Weigering):
    """The decision has no such outcome."""

    code, status = "uitkomst_onbekend", 422


class NietZoAfTeRonden(Weigering):
    """The kind of act does not fit the kind of afspraak (ticking off a decision, for example)."""

    code, status = "past_niet", 422


class ToestemmingOntbreekt(Weigering):
    """The decision needs a consent that was not given."""

    code, status = "toestemming_ontbreekt", 409


class VoorwaardeOntbreekt(Weigering):
    """The decision needs an afspraak (a vooroverleg, a document) that is not done."""

    code, status = "voorwaarde_ontbreekt", 409


class GegevenOntbreekt(Weigering):
    """A question that belongs to this decision was not answered, or with an unknown answer."""

    code, status = "gegeven_ontbreekt", 422


class AanwezigeOntbreekt(Weigering):
    """People who must be present were not."""

    code, status = "aanwezige_ontbreekt", 422


class DatumOngeldig(Weigering):
    """A date that cannot be: in the past, in the future, before the start, or too far away."""

    code, status = "datum_ongeldig", 422


class UitstelOp(Weigering):
    """The afspraak was postponed as often as it may be."""

    code, status = "uitstel_op", 409


class PersoonOnbekend(Weigering):
    """The person is not one of those who are asked for this consent."""

    code, status = "persoon_onbekend", 422


class RegieBlijft(Weigering):
    """Taking over the regie one has, or handing back what was not taken over."""

    code, status = "regie_blijft", 409


class AlGemeld(Weigering):
    """Somebody said it before: the stall is already with the person who must get it moving."""

    code, status = "al_gemeld", 409


class NietTeWissen(Weigering):
    """Erasing this traject, or holding that off, is not possible now."""

    code, status = "niet_te_wissen", 409


WEIGERINGEN: dict[str, type[Weigering]] = {k.code: k for k in Weigering.__subclasses__()}
