"""The code broken on purpose, one place at a time, in a copy that is thrown away: does the test that must see it see it?

python -m tests.chaos.mutaties            all of them; writes mutaties.json, which goes into docs/reliability.md
python -m tests.chaos.mutaties relay      only those whose description holds this word; writes nothing
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
UIT = Path(__file__).with_name("mutaties.json")


class Mutatie(NamedTuple):
    """In `bestand` the one place `oud` becomes `nieuw`; then `test` (a file, a name and perhaps a choice) must fail."""

    wat: str
    bestand: str
    oud: str
    nieuw: str
    test: str


MUTATIES = (
    Mutatie(
        "the read model takes the last write instead of the highest (epoch, version)",
        "storage/record.py",
        "tuple_(nieuw.excluded.epoch, nieuw.excluded.versie) > tuple_(",
        "tuple_(nieuw.excluded.epoch, nieuw.excluded.versie) != tuple_(",
        "tests/chaos/test_database.py::test_door_elkaar_en_dubbel_geeft_hetzelfde",
    ),
    Mutatie(
        "an unknown outcome counts as a temporary one: the mail is sent again",
        "runtime/smtp.py",
        'return Aflevering(Uitslag.ONBEKEND, code, "inhoud")',
        'return Aflevering(Uitslag.TIJDELIJK, code, "inhoud")',
        "tests/chaos/test_mail.py::test_een_verbroken_lijn_wordt_een_vraag_aan_een_mens",
    ),
    Mutatie(
        "a mail found half sent is sent again",
        "storage/outbox.py",
        "mail.status = MailStatus.HELD",
        "mail.status = MailStatus.QUEUED",
        "tests/chaos/test_worker.py::test_een_worker_die_sterft_voor_het_antwoord_stuurt_niet_nog_eens",
    ),
    Mutatie(
        "a held mail is nobody's afspraak",
        "workflows/traject.py",
        "elif uitslag.uitslag in {Bezorgd.BLIJVEND, Bezorgd.ONBEKEND} and",
        "elif uitslag.uitslag in {Bezorgd.BLIJVEND} and",
        "tests/chaos/test_mail.py::test_een_verbroken_lijn_wordt_een_vraag_aan_een_mens",
    ),
    Mutatie(
        "a refusal for now counts as one for good",
        "runtime/smtp.py",
        "Uitslag.TIJDELIJK if code < 500 else Uitslag.BLIJVEND",
        "Uitslag.BLIJVEND",
        "tests/chaos/test_mail.py::test_wat_even_niet_kan_komt_later_een_keer_aan",
    ),
    Mutatie(
        "the relay in the worker offers nothing",
        "worker/relay.py",
        "await aanbieder.bied_aan(regel, klok.nu())",
        "await asyncio.sleep(0)",
        "tests/chaos/test_server.py::test_zonder_temporal_neemt_de_site_aan_en_komt_alles_daarna",
    ),
    Mutatie(
        "the applied commands do not travel into the next run",
        "workflows/traject.py",
        "return TrajectInvoer(\n            traject=self._traject,",
        'return TrajectInvoer(\n            traject=self._traject.model_copy(update={"commandos": ()}),',
        "tests/chaos/test_opdrachten.py::test_dezelfde_handeling_telt_een_keer",
    ),
    Mutatie(
        "a new run begins while a mail is on its way",
        "workflows/traject.py",
        "return not self._gebeurtenissen and not self._onderweg and not self._wakker",
        "return not self._gebeurtenissen and not self._wakker",
        "tests/chaos/test_opdrachten.py::test_een_mail_onderweg_bij_continue_as_new_wordt_niet_vergeten",
    ),
    Mutatie(
        "an update that holds nothing is taken",
        "workflows/traject.py",
        "if not isinstance(opdracht, Opdracht):",
        "if False:",
        "tests/chaos/test_opdrachten.py::test_wat_niet_past_wordt_geweigerd_of_gezien",
    ),
    Mutatie(
        "whether a message still holds is not looked up at sending",
        "storage/mail_content.py",
        "if geldt_nog(b))",
        "if True)",
        "tests/workflows/test_digest.py::test_what_was_done_between_making_and_sending_is_not_asked_for",
    ),
    Mutatie(
        "a late worker mails at night",
        "workflows/traject.py",
        "if moment > nu:",
        "if False:",
        "tests/workflows/test_mail.py::test_a_worker_that_comes_late_does_not_wake_anybody",
    ),
    Mutatie(
        "eight o'clock is a fixed distance from UTC",
        "domain/tijd.py",
        "return datetime.combine(datum, time(8), AMSTERDAM)",
        "return datetime.combine(datum, time(7), UTC)",
        "tests/chaos/test_klok.py::test_acht_uur_blijft_acht_uur",
    ),
    Mutatie(
        "putting on record is tried once",
        "activities/options.py",
        "RECORD = Opties(\n    timedelta(seconds=30), RetryPolicy(",
        "RECORD = Opties(\n    timedelta(seconds=30), RetryPolicy(maximum_attempts=1, ",
        "tests/chaos/test_database.py::test_een_commit_die_mislukt_wordt_herhaald_en_telt_een_keer",
    ),
    Mutatie(
        "a dead worker's cases wait ten seconds",
        "worker/registry.py",
        "STICKY = timedelta(seconds=2)",
        "STICKY = timedelta(seconds=10)",
        "tests/chaos/test_worker.py::test_een_dode_worker_kost_een_mens_een_paar_seconden",
    ),
    Mutatie(
        "errors of the database are logged with their text",
        "runtime/logging.py",
        "_TEKST_VAN = (",
        '_TEKST_VAN = ("sqlalchemy", "psycopg", ',
        "tests/chaos/test_privacy.py::test_foutteksten_met_een_naam_blijven_binnen",
    ),
)


def past(mutatie: Mutatie) -> bool:
    """Is the place still there, once?"""
    return (ROOT / mutatie.bestand).read_text().count(mutatie.oud) == 1


def probeer(mutatie: Mutatie) -> str:
    """ "gezien" when the test fails on the broken copy, with the reason; "NIET GEZIEN" when it passes all the same."""
    with tempfile.TemporaryDirectory(prefix="routewacht-mutatie-") as map_:
        kopie = Path(map_) / "kopie"
        genomen = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        for naam in subprocess.run(genomen, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0"):
            if naam and (ROOT / naam).is_file():
                (kopie / naam).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / naam, kopie / naam)
        pad = kopie / mutatie.bestand
        pad.write_text(pad.read_text().replace(mutatie.oud, mutatie.nieuw))
        argv = [sys.executable, "-m", "pytest", "--tb=native", "-q", "-x", mutatie.test.removesuffix("::*")]
        omgeving = {**os.environ, "PYTHONPATH": str(kopie)}
        klaar = subprocess.run(argv, cwd=kopie, capture_output=True, text=True, env=omgeving, check=False)
    if klaar.returncode == 0:
        return "NOT SEEN"
    return "seen" if klaar.returncode == 1 else f"pytest stopped with {klaar.returncode}"


def main() -> None:
    """Runs the mutations and says of each what came of it; exit code 1 when one was not seen."""
    woord = sys.argv[1] if len(sys.argv) > 1 else ""
    eerder = {u["wat"]: u for u in json.loads(UIT.read_text())} if UIT.exists() else {}
    uitslagen = []
    for mutatie in MUTATIES:
        if woord in mutatie.wat:
            uitslag = probeer(mutatie)
            print(f"{uitslag:10} {mutatie.wat}", flush=True)
            nieuw = {"wat": mutatie.wat, "bestand": mutatie.bestand, "test": mutatie.test, "uitslag": uitslag}
            eerder[mutatie.wat] = nieuw
        if mutatie.wat in eerder:
            uitslagen.append(eerder[mutatie.wat])
    UIT.write_text(json.dumps(uitslagen, indent=1) + "\n")
    sys.exit(any(u["uitslag"] != "seen" for u in uitslagen))


if __name__ == "__main__":
    main()
