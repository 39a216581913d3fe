"""Which error of the layers below becomes which exit code and which sentence. Nobody sees a traceback.

What an error of a library says is never shown: it may quote a row, an address or a password.
"""

import sys

from cli.uitvoer import EIGEN_FOUT, GEWEIGERD, NIET_BEREIKBAAR, Mislukt, Probleem
from domain.errors import RoutewachtFout, Weigering

DATABASE_WEG = Probleem(
    "database_niet_bereikbaar",
    "De database is niet bereikbaar.",
    "ROUTEWACHT_DATABASE_URL",
    "Controleer het adres en of PostgreSQL draait, en probeer het opnieuw.",
)
GEEN_TABELLEN = Probleem(
    "niet_gemigreerd",
    "De tabellen van Routewacht ontbreken of zijn verouderd.",
    "",
    "Draai eerst: routewacht migrate",
)


def als_mislukt(fout: BaseException) -> Mislukt:
    """What to show for this error. An error that is not known is a mistake of ours and says so."""
    if isinstance(fout, Mislukt):
        return fout
    if isinstance(fout, Weigering):
        return Mislukt(GEWEIGERD, Probleem(fout.code, str(fout.zin), fout.veld, fout.remedie))
    return _van_database(fout) or _van_temporal(fout) or _van_onszelf(fout) or _onverwacht(fout)


def _van_database(fout: BaseException) -> Mislukt | None:
    # Only when it was imported can it have raised: `--help` need not load it.
    if "sqlalchemy" not in sys.modules:
        return None
    from sqlalchemy import exc

    from storage.db import is_database_weg

    if isinstance(fout, exc.ProgrammingError) and getattr(fout.orig, "sqlstate", "") in {"42P01", "42703"}:
        return Mislukt(GEWEIGERD, GEEN_TABELLEN)
    if is_database_weg(fout):
        return Mislukt(NIET_BEREIKBAAR, DATABASE_WEG)
    return None


def _van_temporal(fout: BaseException) -> Mislukt | None:
    if "runtime.temporal" not in sys.modules:
        return None
    from runtime.temporal import TemporalOnbereikbaar

    if isinstance(fout, TemporalOnbereikbaar):
        return Mislukt(
            NIET_BEREIKBAAR,
            Probleem(
                "temporal_niet_bereikbaar", str(fout), "ROUTEWACHT_TEMPORAL_ADDRESS", "Controleer of Temporal draait."
            ),
        )
    return None


def _van_onszelf(fout: BaseException) -> Mislukt | None:
    from domain.route_fout import RouteFouten

    if isinstance(fout, RouteFouten):
        return Mislukt(
            GEWEIGERD,
            *(
                Probleem(
                    "route_fout",
                    f"{f.bestand}, regel {f.regel}: {f.zin}",
                    f"stap {f.stap}, {f.veld}" if f.stap else f.veld,
                    f.remedie,
                )
                for f in fout.errors
            ),
        )
    if isinstance(fout, RoutewachtFout):  # their texts hold ids and numbers only
        zin = str(fout)
        return Mislukt(
            GEWEIGERD, Probleem("geweigerd", f"{zin[:1].upper()}{zin[1:]}{'' if zin.endswith('.') else '.'}")
        )
    return None


def _onverwacht(fout: BaseException) -> Mislukt:
    plek = fout.__traceback__
    while plek is not None and plek.tb_next is not None:
        plek = plek.tb_next
    waar = f" ({plek.tb_frame.f_globals.get('__name__')}, regel {plek.tb_lineno})" if plek is not None else ""
    zin = f"Er ging iets mis in Routewacht zelf: {type(fout).__name__}{waar}."
    return Mislukt(EIGEN_FOUT, Probleem("eigen_fout", zin, "", "Meld dit bij de beheerder, met de regel hierboven."))
