"""Notices are deleted when they are older than they are kept; nothing that still counts is."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from rotation.notice.changes import Changes
from rotation.notice.notice import NoticeKind
from store.database.upsert import ROWS_AT_ONCE
from store.notice.delivery import DeliveryState
from store.schema.tables import DeliveryRow, MatterRow, NoticeRow
from tests.store.notice.test_outbox import BY, begun, ended, notice, settings, standing

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
async def channel(site, make):
    """A channel that gets everything."""
    return await site.channels.add(settings(), None, BY, make.t0)


async def sent(store, channel, at):
    """Have all that is due be delivered."""
    while (message := await store.deliveries.next(channel.id, at)) is not None:
        await store.deliveries.end(message, DeliveryState.DELIVERED, at)


async def left(store):
    """The keys of the notices that are kept, and how many deliveries and matters."""
    async with store.database.read() as session:
        keys = sorted(row.notice.key for row in await session.scalars(select(NoticeRow)))
        deliveries = await session.scalar(select(func.count()).select_from(DeliveryRow))
        return keys, deliveries, await session.scalar(select(func.count()).select_from(MatterRow))


async def test_what_was_delivered_long_ago_goes(site, make, channel):
    """Each with its deliveries; what is newer stays, and the order of the channel goes on with its next number."""
    await site.outbox.keep([notice(make, 1), notice(make, 90)], Changes(), (), make.t0)
    await sent(site, channel, make.at(hours=2))
    assert await site.old_notices.delete(make.at(minutes=30)) == 0, "it was delivered later than that"
    await site.outbox.keep([notice(make, 200)], Changes(), (), make.t0)
    await sent(site, channel, make.at(hours=4))
    assert await site.old_notices.delete(make.at(hours=3)) == 2
    assert await left(site) == (["n200"], 1, 0)
    await site.outbox.keep([notice(make, 300)], Changes(), (), make.t0)
    assert [each.number for each in (await site.deliveries.page(channel.id)).items] == [4, 3]


async def test_what_is_on_its_way_stays_until_its_channel_is_removed(site, make, channel):
    """However old it is; over a channel that is gone it is not sent any more."""
    await site.outbox.keep([notice(make, 1)], Changes(), (), make.t0)
    assert await site.old_notices.delete(make.at(days=900)) == 0
    await site.channels.remove(channel.id, BY, make.at(hours=1))
    assert await site.old_notices.delete(make.at(days=900)) == 1
    assert await left(site) == ([], 0, 0)


async def test_what_stands_stays_and_its_end_is_sent(site, make, channel):
    """A matter that stands for years is over where it was raised; only then both go, and the matter with them."""
    matter = standing(make)
    await begun(site, make, matter)
    await sent(site, channel, make.at(hours=1))
    assert await site.old_notices.delete(make.at(days=900)) == 0
    await ended(site, matter, make.at(days=901))
    await sent(site, channel, make.at(days=901))
    assert [each.kind for each in (await site.deliveries.page(channel.id)).items] == [
        NoticeKind.OVER,
        NoticeKind.ATTENTION,
    ]
    assert await site.old_notices.delete(make.at(days=900)) == 1
    assert await site.old_notices.delete(make.at(days=902)) == 1
    assert await left(site) == ([], 0, 0)


async def test_what_each_look_finds_again_stays(site, make, channel):
    """The last call for a certificate is derived as long as it is there: without its row it would be sent again."""
    start = notice(make, 1, key="start/site-1/sepm1/2026/0", kind=NoticeKind.LATEST_START)
    await site.outbox.keep([start], Changes(), (), make.t0)
    await sent(site, channel, make.at(hours=1))
    assert await site.old_notices.delete(make.at(days=900)) == 0
    assert await site.outbox.keep([start], Changes(), (), make.at(days=900)) == 0


async def test_many_go_a_few_at_a_time(site, make):
    """More than one turn deletes, with what stays in between."""
    many = [notice(make, number) for number in range(ROWS_AT_ONCE + 3)]
    stays = notice(make, 5, key="start/x", kind=NoticeKind.LATEST_START)
    await site.outbox.keep([*many, stays], Changes(), (), make.t0)
    assert await site.old_notices.delete(make.at(minutes=ROWS_AT_ONCE + 1) + timedelta(seconds=1)) == ROWS_AT_ONCE + 2
    keys, _, _ = await left(site)
    assert keys == [f"n{ROWS_AT_ONCE + 2}", "start/x"]
