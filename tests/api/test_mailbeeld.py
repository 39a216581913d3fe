"""A mail is shown as well as it can be, whatever its bytes are."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import mailbeeld

GOED = (
    b"From: a@voorbeeld.test\r\nSubject: =?utf-8?q?Caf=C3=A9?=\r\nDate: Mon, 18 Jan 2027 08:00:00 +0100\r\n"
    b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="grens"\r\n\r\n'
    b"--grens\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nZie http://x/traject/t-4f7k2qh4 \xc3\xa9\xc3\xa9n keer\r\n"
    b"--grens\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<a href='http://x/traject/t-zz9k2qh4'>hier</a>\r\n"
    b"--grens--\r\n"
)


def alles(ruw: bytes) -> list[str]:
    """Everything a page shows of a mail; must fit into a page and into the database."""
    mail = mailbeeld.lees(ruw)
    delen = [mailbeeld.tekst(mail, "plain") or "", mailbeeld.tekst(mail, "html") or "", *mailbeeld.onderdelen(mail)]
    delen += [deel for kop in mailbeeld.koppen(mail) for deel in kop]
    mailbeeld.gedateerd_op(mail)
    mailbeeld.trajecten(mail)
    for deel in delen:
        deel.encode()
        assert "\x00" not in deel
    return delen


def test_a_sound_mail_is_read_whole() -> None:
    mail = mailbeeld.lees(GOED)
    assert mailbeeld.kop(mail, "subject") == "Café"
    assert mailbeeld.gedateerd_op(mail) == datetime(2027, 1, 18, 7, tzinfo=UTC)
    assert "één keer" in (mailbeeld.tekst(mail, "plain") or "")
    assert mailbeeld.trajecten(mail) == ["t-4f7k2qh4", "t-zz9k2qh4"]


@pytest.mark.parametrize(
    ("soort", "bytes_", "te_zien"),
    [
        ("text/plain; charset=klingon", "één".encode(), "één"),
        ("text/plain; charset=klingon", "één".encode("cp1252"), "één"),
        ("text/plain; charset=utf-8", b"half \xe2\x82 en verder", "en verder"),
        ("text/plain; charset=utf-16", b"oneven", ""),
        ("text/plain; charset=\x00\xff", b"toch leesbaar", "toch leesbaar"),
        ('multipart/mixed; boundary="nergens"', b"geen enkel deel", ""),
        ("multipart/alternative", b"--x\r\nContent-Type: text/plain\r\n\r\nverdwaald", ""),
        ("onzin", b"gewoon tekst", "gewoon tekst"),
    ],
)
def test_an_odd_mail_is_shown_as_well_as_possible(soort: str, bytes_: bytes, te_zien: str) -> None:
    ruw = b"Subject: vreemd\r\nContent-Type: " + soort.encode("latin-1") + b"\r\n\r\n" + bytes_
    assert any(te_zien in deel for deel in alles(ruw))


def test_headers_that_are_no_text_are_shown_too() -> None:
    delen = alles(b"Subject: caf\xe9 \x00 =?nergens?q?=ff?=\r\nDate: gisteren\r\nTo: <<<>>\r\nFrom: @@,;\r\n\r\nDag")
    assert any("caf" in deel for deel in delen)
    assert mailbeeld.gedateerd_op(mailbeeld.lees(b"Date: Mon, 1 Jan 99999 08:00:00 +0000\r\n\r\n")) is None


@given(st.binary(max_size=400))
def test_any_bytes_at_all(ruw: bytes) -> None:
    alles(ruw)


@given(st.integers(0, len(GOED) - 1), st.binary(min_size=1, max_size=6))
def test_a_sound_mail_with_a_hole_in_it(plek: int, gat: bytes) -> None:
    alles(GOED[:plek] + gat + GOED[plek + len(gat) :])
