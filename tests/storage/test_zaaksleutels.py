"""Data keys in the table, in memory, and under another key-encryption key."""

import asyncio
import secrets
from collections.abc import Collection, Sequence

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from temporalio.api.common.v1 import Payload
from temporalio.converter import ActivitySerializationContext, WorkflowSerializationContext

from domain.zaaksleutel import Omhulsel
from runtime import sleutelkast
from runtime.codec import (
    HoofdsleutelOntbreekt,
    InhoudGeschonden,
    SleutelOnbekend,
    Sleutelring,
    SleutelsNietBereikbaar,
    SleutelVernietigd,
    VersleutelCodec,
    ZonderSleutelkast,
)
from runtime.sleutelkast import Sleutelkast, heromhul
from runtime.sleutelring import HoofdsleutelPastNiet
from storage.key_tables import ZaaksleutelRij
from storage.zaaksleutels import Zaaksleutels, onder, per_hoofdsleutel, vernietig, vervang

Sessies = async_sessionmaker[AsyncSession]
TEKST = Payload(metadata={"encoding": b"json/plain"}, data=b'"geheim"')


def codec(ring: Sleutelring, kast: Sleutelkast | None, zaak: str | None = "traject/t-1") -> VersleutelCodec:
    kaal = VersleutelCodec(ring, kast)
    return kaal.with_context(WorkflowSerializationContext("ns", zaak)) if zaak else kaal


def activiteit(zaak: str) -> ActivitySerializationContext:
    return ActivitySerializationContext("ns", "1", "record", "q", zaak, "TrajectWorkflow", False)


def samen(*ringen: Sleutelring) -> Sleutelring:
    return Sleutelring.uit_tekst(",".join(r.als_tekst() for r in ringen))


async def rij(db: Sessies, zaak: str) -> ZaaksleutelRij:
    async with db() as session:
        return (await session.scalars(select(ZaaksleutelRij).where(ZaaksleutelRij.zaak == zaak))).one()


async def test_each_workflow_has_a_key_of_its_own_that_its_activities_share(db: Sessies) -> None:
    ring = Sleutelring.nieuw()
    kast = Sleutelkast(ring, Zaaksleutels(db))
    (een,) = await codec(ring, kast, "traject/t-1").encode([TEKST])
    (twee,) = await codec(ring, kast, "traject/t-2").encode([TEKST])
    (van_activiteit,) = await VersleutelCodec(ring, kast).with_context(activiteit("traject/t-1")).encode([TEKST])
    assert een.metadata["sleutel"] == van_activiteit.metadata["sleutel"] != twee.metadata["sleutel"]
    assert b"t-1" not in een.SerializeToString()
    # Another process, that has only the table and the ring.
    ander = Sleutelkast(ring, Zaaksleutels(db))
    assert await codec(ring, ander, "traject/t-1").decode([een, van_activiteit]) == [TEKST, TEKST]
    assert await codec(ring, ander, None).decode([twee]) == [TEKST]


async def test_a_payload_cannot_be_moved_to_another_workflow(db: Sessies) -> None:
    ring = Sleutelring.nieuw()
    kast = Sleutelkast(ring, Zaaksleutels(db))
    (een,) = await codec(ring, kast, "traject/t-1").encode([TEKST])
    (twee,) = await codec(ring, kast, "traject/t-2").encode([TEKST])
    with pytest.raises(InhoudGeschonden, match="andere workflow"):
        await codec(ring, kast, "traject/t-2").decode([een])
    een.metadata["sleutel"] = twee.metadata["sleutel"]
    with pytest.raises(InhoudGeschonden):
        await codec(ring, kast, "traject/t-2").decode([een])


async def test_a_wrapped_key_cannot_be_moved_to_another_row(db: Sessies) -> None:
    ring = Sleutelring.nieuw()
    kast = Sleutelkast(ring, Zaaksleutels(db))
    for zaak in ("traject/t-1", "traject/t-2"):
        await kast.voor_zaak(zaak)
    vreemd = (await rij(db, "traject/t-2")).omhulsel
    async with db.begin() as session:
        await session.execute(
            update(ZaaksleutelRij).where(ZaaksleutelRij.zaak == "traject/t-1").values(omhulsel=vreemd)
        )
    with pytest.raises(HoofdsleutelPastNiet):
        await Sleutelkast(ring, Zaaksleutels(db)).voor_zaak("traject/t-1")


async def test_what_was_written_before_there_were_data_keys_stays_readable(db: Sessies) -> None:
    ring = Sleutelring.nieuw()
    (oud,) = await VersleutelCodec(ring).encode([TEKST])
    assert await codec(ring, Sleutelkast(ring, Zaaksleutels(db))).decode([oud]) == [TEKST]
    async with db() as session:
        assert await session.scalar(select(func.count()).select_from(ZaaksleutelRij)) == 0


async def test_processes_that_start_together_agree_on_one_key(db: Sessies) -> None:
    ring = Sleutelring.nieuw()
    kasten = [Sleutelkast(ring, Zaaksleutels(db)) for _ in range(4)]
    sleutels = await asyncio.gather(*(k.voor_zaak("traject/t-1") for k in kasten for _ in range(3)))
    assert len({s.sleutel_id for s in sleutels}) == 1
    (payload,) = await codec(ring, kasten[0]).encode([TEKST])
    assert await codec(ring, kasten[3]).decode([payload]) == [TEKST]


async def test_no_query_per_payload_and_few_for_a_cold_start(db: Sessies, engine: AsyncEngine) -> None:
    ring = Sleutelring.nieuw()
    eerst = Sleutelkast(ring, Zaaksleutels(db))
    payloads = [(await codec(ring, eerst, f"traject/t-{nr}").encode([TEKST]))[0] for nr in range(200)]
    vragen: list[str] = []
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *a: vragen.append(a[2]))
    for nr, payload in enumerate(payloads):
        for _ in range(5):
            assert await codec(ring, eerst, f"traject/t-{nr}").decode([payload]) == [TEKST]
            await codec(ring, eerst, f"traject/t-{nr}").encode([TEKST])
    assert vragen == []
    koud = codec(ring, Sleutelkast(ring, Zaaksleutels(db)), None)
    assert await asyncio.gather(*(koud.decode([p]) for p in payloads)) == [[TEKST]] * 200
    assert len(vragen) <= 3


async def test_memory_has_a_bound(db: Sessies) -> None:
    ring = Sleutelring.nieuw()
    kast = Sleutelkast(ring, Zaaksleutels(db), hoogstens=10)
    payloads = [(await codec(ring, kast, f"traject/t-{nr}").encode([TEKST]))[0] for nr in range(30)]
    assert len(kast) == 10
    for nr, payload in enumerate(payloads):
        assert await codec(ring, kast, f"traject/t-{nr}").decode([payload]) == [TEKST]
    assert len(kast) == 10


async def test_rotation_rewraps_and_the_old_key_may_go(db: Sessies) -> None:
    oud, nieuw = Sleutelring.nieuw(), Sleutelring.nieuw()
    kast = Sleutelkast(oud, Zaaksleutels(db))
    (payload,) = await codec(oud, kast).encode([TEKST])
    async with db.begin() as session:
        await vernietig(session, "traject/t-weg")
        te_doen = await onder(session, [oud.actief], 10)
        await vervang(session, [heromhul(samen(nieuw, oud), o) for o in te_doen])
    async with db() as session:
        assert await per_hoofdsleutel(session) == {nieuw.actief: 1}
        assert await onder(session, [oud.actief], 10) == []
    assert await codec(nieuw, Sleutelkast(nieuw, Zaaksleutels(db))).decode([payload]) == [TEKST]


async def test_a_ring_that_lacks_the_wrapping_key_is_a_setting_to_mend_and_no_unreadable_payload(db: Sessies) -> None:
    """Also for a tolerant codec: to a workflow this must never look like something that was never readable."""
    goed, fout = Sleutelring.nieuw(), Sleutelring.nieuw()
    (payload,) = await codec(goed, Sleutelkast(goed, Zaaksleutels(db))).encode([TEKST])
    tolerant = VersleutelCodec(fout, Sleutelkast(fout, Zaaksleutels(db)), tolerant=True)
    with pytest.raises(HoofdsleutelOntbreekt, match=goed.actief):
        await tolerant.decode([payload])
    with pytest.raises(HoofdsleutelOntbreekt):
        await tolerant.with_context(WorkflowSerializationContext("ns", "traject/t-1")).encode([TEKST])


async def test_a_process_without_the_table_does_not_call_a_payload_unreadable(db: Sessies) -> None:
    """Or it would refuse, for good, a signal that every other process can read."""
    ring = Sleutelring.nieuw()
    (payload,) = await codec(ring, Sleutelkast(ring, Zaaksleutels(db))).encode([TEKST])
    with pytest.raises(ZonderSleutelkast):
        await VersleutelCodec(ring, tolerant=True).decode([payload])


@pytest.mark.parametrize(
    "metadata",
    [
        {"schema": b"zaak", "sleutel": b"d0000"},
        {"schema": b"zaak", "sleutel": b"\x00'; drop table"},
        {"schema": b"zaak"},
        {"sleutel": b"vreemd", "ingepakt": b"0"},
        {},
    ],
)
async def test_what_can_never_be_read_is_named_or_handed_on_still_closed(
    db: Sessies, metadata: dict[str, bytes]
) -> None:
    ring = Sleutelring.nieuw()
    kast = Sleutelkast(ring, Zaaksleutels(db))
    gif = Payload(metadata={"encoding": b"binary/encrypted", **metadata}, data=b"x" * 40)
    with pytest.raises(SleutelOnbekend):
        await codec(ring, kast).decode([gif])
    assert await VersleutelCodec(ring, kast, tolerant=True).decode([gif, TEKST]) == [gif, TEKST]


async def test_a_destroyed_key_is_gone_for_every_process_and_never_replaced(
    db: Sessies, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = Sleutelring.nieuw()
    kast = Sleutelkast(ring, Zaaksleutels(db))
    (payload,) = await codec(ring, kast).encode([TEKST])
    async with db.begin() as session:
        assert await vernietig(session, "traject/t-1")
        assert not await vernietig(session, "traject/t-1")
    monkeypatch.setattr(sleutelkast, "_VERVERS_NA", 0.0)
    for k in (kast, Sleutelkast(ring, Zaaksleutels(db))):
        with pytest.raises(SleutelVernietigd):
            await codec(ring, k).decode([payload])
        with pytest.raises(SleutelVernietigd):  # no plaintext, and no new key either
            await codec(ring, k).encode([TEKST])
    async with db.begin() as session:
        assert await vernietig(session, "traject/t-nooit-gezien")
    with pytest.raises(SleutelVernietigd):
        await codec(ring, kast, "traject/t-nooit-gezien").encode([TEKST])


class Weg:
    """A table that does not answer, as after a database was restarted; and says too much about it."""

    async def lees(self, *, zaken: Collection[str], sleutel_ids: Collection[str]) -> Sequence[Omhulsel]:
        raise ConnectionError("postgresql://geheim@db")

    async def voeg_toe(self, omhulsel: Omhulsel) -> Omhulsel:
        raise ConnectionError("postgresql://geheim@db")

    async def vernietigd_sinds(self, seconden: float) -> Collection[str]:
        raise ConnectionError("postgresql://geheim@db")


async def test_a_table_that_is_away_is_an_error_without_details_and_never_plaintext() -> None:
    ring = Sleutelring.nieuw()
    gesloten = Payload(
        metadata={"encoding": b"binary/encrypted", "schema": b"zaak", "sleutel": b"d1", "ingepakt": b"0"}, data=b"x"
    )
    tolerant = VersleutelCodec(ring, Sleutelkast(ring, Weg()), tolerant=True)
    for poging in (tolerant.encode([TEKST]), tolerant.decode([gesloten])):
        with pytest.raises(SleutelsNietBereikbaar) as fout:
            await poging
        assert "geheim" not in str(fout.value)


async def test_keys_in_memory_survive_a_table_that_is_away(db: Sessies, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Sleutelring.nieuw()
    kast = Sleutelkast(ring, Zaaksleutels(db))
    (payload,) = await codec(ring, kast).encode([TEKST])
    monkeypatch.setattr(sleutelkast, "_VERVERS_NA", 0.0)
    monkeypatch.setattr(kast, "_opslag", Weg())
    assert await codec(ring, kast).decode([payload]) == [TEKST]


async def test_nothing_in_the_table_opens_without_the_ring(db: Sessies) -> None:
    ring = Sleutelring.nieuw()
    geheim = secrets.token_bytes(32)
    omhulsel = sleutelkast.omhul(ring, "d1", "traject/t-1", geheim)
    await Zaaksleutels(db).voeg_toe(omhulsel)
    opgeslagen = (await rij(db, "traject/t-1")).omhulsel
    assert opgeslagen is not None
    assert geheim not in opgeslagen
    assert sleutelkast.onthul(ring, omhulsel) == geheim
