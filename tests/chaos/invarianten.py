"""The twelve promises, each with the tests that fail when it is broken. A name that no longer exists fails a test."""

from typing import NamedTuple


class Invariant(NamedTuple):
    """What is promised, which tests guard it (`file::test`, from tests/), and what is not there yet to guard."""

    belofte: str
    bewakers: tuple[str, ...]
    nog_niet: str = ""


INVARIANTEN: tuple[Invariant, ...] = (
    Invariant(
        "An open traject always has an open afspraak with an owner and a date",
        (
            "domain/test_progress_willekeurig.py::*",
            "domain/test_progress_alle_wegen.py::test_elke_uitkomst_wordt_gekozen_en_elke_afspraak_gaat_open",
            "chaos/test_klok.py::test_uitstel_en_wekker_tegelijk",
        ),
    ),
    Invariant(
        "A mail leaves at most once and never silently",
        (
            "chaos/test_worker.py::test_een_worker_die_sterft_voor_het_antwoord_stuurt_niet_nog_eens",
            "chaos/test_worker.py::test_een_worker_die_sterft_na_het_antwoord_stuurt_niet_nog_eens",
            "chaos/test_mail.py::test_een_verbroken_lijn_wordt_een_vraag_aan_een_mens",
            "storage/test_outbox.py::test_two_workers_at_once_hand_out_one",
            "workflows/test_digest.py::test_what_was_done_between_making_and_sending_is_not_asked_for",
        ),
    ),
    Invariant(
        "An acknowledged act is never lost; a refused one says why",
        (
            "chaos/test_server.py::test_zonder_temporal_neemt_de_site_aan_en_komt_alles_daarna",
            "chaos/test_opdrachten.py::test_een_handeling_bij_continue_as_new_krijgt_antwoord",
            "chaos/test_opdrachten.py::test_dezelfde_handeling_telt_een_keer",
            "api/test_acts.py::test_a_refusal_is_remembered",
        ),
    ),
    Invariant(
        "Temporal, logs and errors hold no personal data",
        (
            "e2e/test_kanarie.py::test_a_child_is_nowhere_but_in_the_database",
            "chaos/test_privacy.py::test_foutteksten_met_een_naam_blijven_binnen",
        ),
    ),
    Invariant(
        "Mail headers hold constant text only",
        (
            "runtime/test_mailkoppen.py::test_een_onderwerp_met_een_gecodeerd_woord_komt_er_niet_door",
            "runtime/test_mailbericht.py::test_geen_enkele_titel_komt_in_een_kop_of_op_een_eigen_regel",
        ),
    ),
    Invariant(
        "One gate says who may see and do what; reading and writing are in the audit log",
        (
            "domain/test_rechten.py::test_een_ouder_antwoordt_voor_zichzelf_en_niet_voor_de_ander",
            "api/test_acts.py::test_a_parent_answers_only_for_oneself",
        ),
        "there is no login and no audit log yet; the site listens on the machine itself only",
    ),
    Invariant(
        "Nothing that needs consent happens without it; withdrawal works at once",
        (
            "domain/test_toestemming_verhalen.py::test_intrekken_stopt_meteen_wat_ervan_afhangt_en_ja_zeggen_opent_het_weer",
            "api/test_acts.py::test_nothing_that_needs_consent_happens_without_it",
        ),
    ),
    Invariant("Meldcode data is nowhere outside its own list", (), "there is no meldcode yet"),
    Invariant(
        "The read model equals the fold of the timeline",
        (
            "storage/test_record.py::test_shuffled_and_repeated_deliveries_end_right",
            "chaos/test_database.py::test_door_elkaar_en_dubbel_geeft_hetzelfde",
            "chaos/test_database.py::test_een_commit_die_mislukt_wordt_herhaald_en_telt_een_keer",
        ),
    ),
    Invariant(
        "Terms are computed by domain/calendar.py alone and explain themselves",
        (
            "domain/test_calendar_tijd.py::test_om_acht_is_acht_uur_op_de_klok",
            "domain/test_calendar_vragen.py::test_buiten_de_kalender_wordt_niet_gegokt",
            "chaos/test_klok.py::test_acht_uur_blijft_acht_uur",
        ),
    ),
    Invariant(
        "A published route never changes",
        (
            "routes/test_route_files.py::test_een_veranderde_gepubliceerde_route_stopt_het_starten",
            "routes/test_route_files.py::test_een_verdwenen_gepubliceerde_route_stopt_het_starten",
        ),
        "moving a running case to a new version, with a preview, is not there yet",
    ),
    Invariant(
        "Recorded histories replay on today's code",
        (
            "replay/test_replay.py::test_a_recording_replays_with_the_same_content",
            "replay/test_replay.py::test_a_changed_workflow_is_found_out",
        ),
    ),
)
