"""The conditions a route may name. Each is a tested function with a Dutch explanation; there is no expression language.

A predicate says which answers (kenmerken) and consents it looks at. The compiler uses that to prove that the answer was
asked before anything depends on it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from domain.consent import Doel, Leeftijdsgroep, Stand
from domain.route import Kenmerk
from domain.traject import Traject


@dataclass(frozen=True)
class Predicate:
    """A named yes-or-no question about a traject. An answer that was not given yet counts as no."""

    naam: str
    uitleg: str
    functie: Callable[[Traject], bool]
    kenmerken: frozenset[Kenmerk] = frozenset()
    doelen: frozenset[Doel] = frozenset()
    leeftijd: bool = False

    def __call__(self, traject: Traject) -> bool:
        return self.functie(traject)


def _kenmerk(naam: str, uitleg: str, kenmerk: Kenmerk, *waarden: str) -> Predicate:
    return Predicate(naam, uitleg, lambda t: t.kenmerken.get(kenmerk) in waarden, kenmerken=frozenset({kenmerk}))


def _gegeven(naam: str, uitleg: str, doel: Doel) -> Predicate:
    return Predicate(naam, uitleg, lambda t: t.stand(doel) is Stand.GEGEVEN, doelen=frozenset({doel}))


def _sociaal_team_mag(traject: Traject) -> bool:
    return traject.stand(Doel.DELEN_SOCIAAL_TEAM) is Stand.GEGEVEN


PREDICATEN: dict[str, Predicate] = {
    p.naam: p
    for p in (
        _kenmerk("leefvraag_aanwezig", "er is een leefvraag", Kenmerk.LEEFVRAAG, "enkelvoudig", "complex"),
        _kenmerk("leefvraag_complex", "de leefvraag is complex", Kenmerk.LEEFVRAAG, "complex"),
        _kenmerk("geen_leefvraag", "er is geen leefvraag", Kenmerk.LEEFVRAAG, "geen"),
        _kenmerk("leervraag_aanwezig", "er is een leervraag", Kenmerk.LEERVRAAG, "enkelvoudig", "complex"),
        _kenmerk("geen_leervraag", "er is geen leervraag", Kenmerk.LEERVRAAG, "geen"),
        _kenmerk("leervraag_complex", "de leervraag is complex", Kenmerk.LEERVRAAG, "complex"),
        _kenmerk("enkelvoudig", "de problematiek is enkelvoudig", Kenmerk.PROBLEMATIEK, "enkelvoudig"),
        _kenmerk(
            "meervoudig_of_multi",
            "de problematiek is meervoudig, of er is multiproblematiek",
            Kenmerk.PROBLEMATIEK,
            "meervoudig",
            "multi",
        ),
        _kenmerk(
            "niet_enkelvoudig",
            "de problematiek is niet enkelvoudig",
            Kenmerk.PROBLEMATIEK,
            "meervoudig",
            "multi",
            "niet_bepaald",
        ),
        _gegeven("koo_mag_meedoen", "er is toestemming voor overleg met de kind-ouderondersteuner", Doel.DELEN_KOO),
        _gegeven("jgz_mag_meedoen", "er is toestemming voor overleg met de jeugdgezondheidszorg", Doel.DELEN_JGZ),
        _gegeven(
            "sociaal_team_mag_meedoen",
            "er is toestemming voor overleg met het sociaal team van de gemeente",
            Doel.DELEN_SOCIAAL_TEAM,
        ),
        Predicate(
            "sociaal_team_doet_niet_mee",
            "er is geen toestemming (meer) voor overleg met het sociaal team van de gemeente",
            lambda t: not _sociaal_team_mag(t),
            doelen=frozenset({Doel.DELEN_SOCIAAL_TEAM}),
        ),
        Predicate(
            "zonder_gemeente",
            "er is geen leefvraag, of er is geen toestemming voor overleg met het sociaal team van de gemeente",
            lambda t: t.kenmerken.get(Kenmerk.LEEFVRAAG) == "geen" or not _sociaal_team_mag(t),
            kenmerken=frozenset({Kenmerk.LEEFVRAAG}),
            doelen=frozenset({Doel.DELEN_SOCIAAL_TEAM}),
        ),
        Predicate(
            "leerling_vanaf_12",
            "de leerling is 12 jaar of ouder",
            lambda t: t.gezag.leeftijdsgroep is not Leeftijdsgroep.ONDER_12,
            leeftijd=True,
        ),
    )
}


def geldt(naam: str, traject: Traject) -> bool:
    """Whether the named condition holds now. KeyError for an unknown name: the compiler lets none through."""
    return PREDICATEN[naam](traject)
