"""Reading a CSV file of people and their roles: whole, with everything that is wrong with it at once.

It looks at the file alone; storage/people_import.py holds it against the database. Sentences are for the person who sent
the file; they name the row as a spreadsheet numbers it, and quote no names or addresses.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from domain.roles import ROL_LABEL, Rol

_TEKST_HOOGSTENS = 100
_TEKST_REMEDIE = "Schrijf het op een regel, in gewone letters en met hoogstens 100 tekens."
_JAREN = range(1950, 2101)
KOLOMMEN = ("voornaam", "achternaam", "email", "organisatie", "rol", "van", "tot")
EMAIL = re.compile(
    r"(?=.{6,254}\Z)(?=[^@]{1,64}@)[a-z0-9_][a-z0-9_+-]*(\.[a-z0-9_+-]+)*"
    r"@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])"
)
_ROLLEN = {str(rol): rol for rol in Rol} | {label.casefold(): rol for rol, label in ROL_LABEL.items()}
_GEEN_AANSTELLING = frozenset({Rol.OUDERS, Rol.LEERLING, Rol.SYSTEEM})
_DATUMVORMEN = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y")


class Importfout(BaseModel):
    """What is wrong, where (row 1 is the header, 0 the file as a whole), and what to do about it."""

    model_config = ConfigDict(frozen=True)
    rij: int
    kolom: str | None
    zin: str
    remedie: str


class Importrij(BaseModel):
    """One row that can be used: a person in a role at an organisation (a name or an id), up to and including `tot`."""

    model_config = ConfigDict(frozen=True)
    rij: int
    voornaam: str
    achternaam: str
    email: str
    organisatie: str
    rol: Rol
    van: date
    tot: date | None


class Import(BaseModel):
    """A file that was read. `organisaties` lists every (row, organisation), also of rows with errors."""

    model_config = ConfigDict(frozen=True)
    rijen: tuple[Importrij, ...] = ()
    organisaties: tuple[tuple[int, str], ...] = ()
    fouten: tuple[Importfout, ...] = ()


def lees_csv(data: bytes) -> Import:
    """Read a file: UTF-8 (with or without mark) or Windows-1252, separated by `;` or `,`, dates as 2026-08-01 or 1-8-2026.

    Never raises for what is in the file: everything that is wrong is in `fouten`.
    """
    tekst = _decodeer(data)
    if isinstance(tekst, Importfout):
        return Import(fouten=(tekst,))
    kop = tekst.partition("\n")[0]
    teken = ";" if kop.count(";") >= kop.count(",") else ","
    try:
        rijen = list(csv.reader(io.StringIO(tekst, newline=""), delimiter=teken, strict=True))
    except csv.Error:
        aanhaling = "Controleer de aanhalingstekens en bewaar het bestand opnieuw als CSV."
        return Import(fouten=(maak_fout(0, None, "Het bestand is niet als CSV te lezen.", aanhaling),))
    koppen = [_kolomnaam(k) for k in rijen[0]] if rijen else []
    if kopfouten := tuple(_kopfouten(koppen)):
        return Import(fouten=kopfouten)
    return _lees_rijen(koppen, rijen)


def maak_fout(rij: int, kolom: str | None, zin: str, remedie: str) -> Importfout:
    """What is wrong in a row (0: the file), in words."""
    return Importfout(rij=rij, kolom=kolom, zin=zin, remedie=remedie)


def _decodeer(data: bytes) -> str | Importfout:
    if data.startswith(b"PK") or b"\x00" in data:
        return maak_fout(0, None, "Dit is geen CSV-bestand.", "Kies in het rekenblad voor opslaan als 'CSV UTF-8'.")
    if not data.strip(b"\xef\xbb\xbf\r\n\t ;,"):
        return maak_fout(0, None, "Het bestand is leeg.", f"Zet op de eerste rij de kolommen {', '.join(KOLOMMEN)}.")
    for codering in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(codering).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    return maak_fout(0, None, "De letters in dit bestand zijn niet te lezen.", "Bewaar het bestand als 'CSV UTF-8'.")


def _kolomnaam(kop: str) -> str:
    naam = kop.strip().casefold()
    return "email" if naam in {"e-mail", "e-mailadres", "emailadres"} else naam


def _kopfouten(koppen: Sequence[str]) -> Iterator[Importfout]:
    for kolom in KOLOMMEN:
        if kolom not in koppen:
            yield maak_fout(
                1, kolom, f"De kolom '{kolom}' ontbreekt.", f"Voeg op de eerste rij de kolom '{kolom}' toe."
            )
    for nr, kop in enumerate(koppen, 1):
        if kop not in KOLOMMEN:
            yield maak_fout(1, None, f"De {nr}e kolom is onbekend.", f"Gebruik alleen {', '.join(KOLOMMEN)}.")
        elif kop in koppen[: nr - 1]:
            yield maak_fout(1, kop, f"De kolom '{kop}' staat er twee keer.", "Laat elke kolom een keer staan.")


def _lees_rijen(koppen: Sequence[str], rijen: Sequence[Sequence[str]]) -> Import:
    goed: list[Importrij] = []
    fouten: list[Importfout] = []
    organisaties: list[tuple[int, str]] = []
    for nr, cellen in enumerate(rijen[1:], 2):
        if not any(cel.strip() for cel in cellen):
            continue
        if len(cellen) != len(koppen):
            zin = f"Deze rij heeft {len(cellen)} velden in plaats van {len(koppen)}."
            fouten.append(maak_fout(nr, None, zin, "Zet velden met een scheidingsteken erin tussen aanhalingstekens."))
            continue
        velden = {kop: cel.strip() for kop, cel in zip(koppen, cellen, strict=True)}
        if velden["organisatie"]:
            organisaties.append((nr, velden["organisatie"]))
        gelezen, mis = _lees_rij(nr, velden)
        fouten.extend(mis)
        if gelezen:
            goed.append(gelezen)
    if not goed and not fouten:
        fouten.append(maak_fout(0, None, "Er staat niemand in dit bestand.", "Zet elke persoon op een eigen rij."))
    fouten.extend(_dubbel(goed))
    return Import(rijen=tuple(goed), organisaties=tuple(organisaties), fouten=tuple(fouten))


def _lees_rij(nr: int, velden: dict[str, str]) -> tuple[Importrij | None, list[Importfout]]:
    fouten = [
        maak_fout(nr, kolom, f"'{kolom}' is leeg.", f"Vul '{kolom}' in.")
        for kolom in KOLOMMEN
        if kolom != "tot" and not velden[kolom]
    ]
    fouten += [
        maak_fout(nr, kolom, f"'{kolom}' is te lang of heeft tekens die niet te lezen zijn.", _TEKST_REMEDIE)
        for kolom in ("voornaam", "achternaam", "organisatie")
        if len(velden[kolom]) > _TEKST_HOOGSTENS or not velden[kolom].isprintable()
    ]
    email = velden["email"].lower()
    if email and not EMAIL.fullmatch(email):
        fouten.append(maak_fout(nr, "email", "Dit is geen geldig e-mailadres.", "Vul een adres in als naam@school.nl."))
    rol = _ROLLEN.get(velden["rol"].casefold())
    if velden["rol"] and (rol is None or rol in _GEEN_AANSTELLING):
        keuzes = ", ".join(str(r) for r in Rol if r not in _GEEN_AANSTELLING)
        fouten.append(maak_fout(nr, "rol", "Deze rol kan iemand hier niet krijgen.", f"Kies uit: {keuzes}."))
    van, tot = _datum(velden["van"]), _datum(velden["tot"])
    for kolom, gelezen in (("van", van), ("tot", tot)):
        if velden[kolom] and gelezen is None:
            fouten.append(
                maak_fout(nr, kolom, f"De datum in '{kolom}' is niet te lezen.", "Schrijf bijvoorbeeld 2026-08-01.")
            )
        elif gelezen is not None and gelezen.year not in _JAREN:
            fouten.append(maak_fout(nr, kolom, f"Het jaar in '{kolom}' kan niet kloppen.", "Controleer het jaartal."))
    if van and tot and tot < van:
        fouten.append(maak_fout(nr, "tot", "'tot' ligt voor 'van'.", "Draai de datums om, of laat 'tot' leeg."))
    if fouten or rol is None or van is None:
        return None, fouten
    namen = {kolom: velden[kolom] for kolom in ("voornaam", "achternaam", "organisatie")}
    return Importrij(rij=nr, **namen, email=email, rol=rol, van=van, tot=tot), []


def _datum(tekst: str) -> date | None:
    for vorm in _DATUMVORMEN:
        try:
            return datetime.strptime(tekst, vorm).date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
    return None


def _dubbel(rijen: Sequence[Importrij]) -> Iterator[Importfout]:
    eerste: dict[str, Importrij] = {}
    gezien: dict[tuple[str, str, Rol, date], int] = {}
    for rij in rijen:
        ander = eerste.setdefault(rij.email, rij)
        if (ander.voornaam, ander.achternaam) != (rij.voornaam, rij.achternaam):
            zin = f"Dit e-mailadres staat op rij {ander.rij} bij een andere naam."
            yield maak_fout(rij.rij, "email", zin, "Geef iedereen een eigen e-mailadres, of maak de namen gelijk.")
        sleutel = (rij.email, rij.organisatie.casefold(), rij.rol, rij.van)
        if sleutel in gezien:
            zin = f"Deze persoon heeft deze rol ook al op rij {gezien[sleutel]}."
            yield maak_fout(rij.rij, "rol", zin, "Verwijder een van de twee rijen.")
        gezien.setdefault(sleutel, rij.rij)
