"""Refusals that only the site knows: a traject that cannot be started, a key that is missing or was used before."""

from domain.errors import Weigering


class LeerlingNietBekend(Weigering):
    """There is no such pupil."""

    code, status = "leerling_onbekend", 422


class SchoolNietBekend(Weigering):
    """The school of the pupil is not (wholly) known: no samenwerkingsverband, or no holiday region."""

    code, status = "school_onbekend", 422


class RouteNietBekend(Weigering):
    """There is no such route, or none at all to choose from."""

    code, status = "route_onbekend", 422


class GezagOnbekend(Weigering):
    """Nobody with parental authority is known, so nobody could ever be asked for consent."""

    code, status = "gezag_onbekend", 422


class LooptAl(Weigering):
    """This pupil has a running traject on the same route."""

    code, status = "traject_loopt_al", 409


class OpdrachtOnbekend(Weigering):
    """There is no act with this key."""

    code, status = "opdracht_onbekend", 404


class SleutelOngeldig(Weigering):
    """An act needs a key of its own, and this one is missing or cannot be one."""

    code, status = "sleutel_ongeldig", 422


class SleutelHergebruikt(Weigering):
    """The key belongs to another act."""

    code, status = "sleutel_hergebruikt", 409


class MailNietAangehouden(Weigering):
    """There is nothing to decide about this mail (any more)."""

    code, status = "mail_niet_aangehouden", 409


class JsonOnleesbaar(Weigering):
    """A body that is no JSON, or is nested without end."""

    code, status = "json_onleesbaar", 400


class VraagOnbekend(Weigering):
    """A name in the query string that this address does not know."""

    code, status = "vraag_onbekend", 422


class TekstOngeldig(Weigering):
    """Text that cannot be kept: unprintable, or too long."""

    code, status = "tekst_ongeldig", 422
