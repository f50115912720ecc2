"""The outbox on both databases: each notice once, in order, over each channel that wants it."""

import asyncio
from datetime import time, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy.exc import IntegrityError

from rotation.notice.changes import Changes
from rotation.notice.channel import ChannelSettings, QuietHours, WebhookTarget
from rotation.notice.matter import Matter, StandingMatter
from rotation.notice.notice import Notice, NoticeKind
from rotation.values import RotationId, SiteId
from store.notice.delivery import DeliveryState
from store.notice.matters import Followed
from store.trail.site_trail import Author

BY = Author(who="ann")
SITE = SiteId("site-1")


def settings(name="ops", **changes):
    """A channel to a webhook."""
    return ChannelSettings(name=name, target=WebhookTarget(url="https://hooks.test/a"), **changes)


def notice(make, number, **changes):
    """A notice."""
    usual = {"key": f"n{number}", "kind": NoticeKind.GATE_PASSED, "at": make.at(minutes=number), "site_id": SITE}
    return Notice(**{**usual, **changes})


def standing(make, kind=NoticeKind.ATTENTION):
    """What waits for a person."""
    matter = Matter(key="attention/r/x", topic="attention/r", kind=kind, site_id=SITE, site_name="Vienna")
    return StandingMatter(matter=matter, since=make.t0)


async def begun(store, make, matter):
    """Have a matter begin."""
    await store.outbox.keep((), Changes(begun=(matter,), notices=(matter.raised(),)), (), make.t0)


async def ended(store, matter, at):
    """Have it end."""
    await store.outbox.keep((), Changes(over=(matter,), notices=(matter.over(at),)), (), at)


@pytest.fixture
async def channel(site, make):
    """A channel that gets everything."""
    return await site.channels.add(settings(), SecretStr("whsec_x"), BY, make.t0)


async def test_a_notice_is_kept_once(site, make, channel):
    """The same look again, as after a crash, adds no notice and no delivery."""
    for new in (2, 0):
        kept = await site.outbox.keep([notice(make, 1), notice(make, 2)], Changes(), (), make.t0)
        assert kept == new
    assert [each.number for each in (await site.deliveries.page(channel.id)).items] == [2, 1]


async def test_messages_leave_in_order_and_one_that_fails_holds_the_next(site, make, channel):
    """The head stays the same message with the same id until it has ended; the channel is left alone meanwhile."""
    await site.outbox.keep([notice(make, 1), notice(make, 2)], Changes(), (), make.t0)
    now = make.at(hours=1)
    assert await site.deliveries.due_channels(now) == (channel.id,)
    first = await site.deliveries.next(channel.id, now)
    await site.deliveries.failed(first, now, now + timedelta(minutes=1), "away")
    assert await site.deliveries.due_channels(now) == ()
    shown = await site.channels.get(channel.id)
    assert (shown.waiting, shown.failing_since, shown.error) == (2, now, "away")
    again = await site.deliveries.next(channel.id, now + timedelta(minutes=1))
    assert (again.message_id, again.notices, again.attempts) == (first.message_id, first.notices, 1)
    await site.deliveries.end(again, DeliveryState.DELIVERED, now + timedelta(minutes=1))
    second = await site.deliveries.next(channel.id, now + timedelta(minutes=1))
    assert [each.key for each in second.notices] == ["n2"]
    assert second.message_id != first.message_id
    shown = await site.channels.get(channel.id)
    assert (shown.waiting, shown.failing_since, shown.retry_at) == (1, None, None)


async def test_a_digest_gathers_and_keeps_its_content(site, make):
    """All that waits goes in one message; what comes after it was made is in the next one."""
    channel = await site.channels.add(settings(digest=timedelta(hours=2)), None, BY, make.t0)
    await site.outbox.keep([notice(make, 1), notice(make, 90)], Changes(), (), make.t0)
    assert await site.deliveries.next(channel.id, make.at(minutes=120)) is None
    digest = await site.deliveries.next(channel.id, make.at(minutes=121))
    assert [each.key for each in digest.notices] == ["n1", "n90"]
    await site.outbox.keep([notice(make, 100)], Changes(), (), make.t0)
    assert await site.deliveries.next(channel.id, make.at(minutes=122)) == digest
    await site.deliveries.end(digest, DeliveryState.DELIVERED, make.at(minutes=122))
    (later,) = (await site.deliveries.next(channel.id, make.at(minutes=220))).notices
    assert later.key == "n100"


async def test_quiet_hours_hold_a_message(site, make):
    """A message of the night is due in the morning; a kind that wakes is not held."""
    quiet = QuietHours(begins=time(20), ends=time(12), zone="Europe/Prague")
    channel = await site.channels.add(settings(quiet=quiet, wakes=(NoticeKind.TASK_NEAR,)), None, BY, make.t0)
    await site.outbox.keep([notice(make, 1), notice(make, 2, kind=NoticeKind.TASK_NEAR)], Changes(), (), make.t0)
    assert {each.number: each.due_at for each in (await site.deliveries.page(channel.id)).items} == {
        1: make.t0.replace(hour=11),  # noon in Prague, in winter
        2: make.at(minutes=2),
    }


async def test_an_escalation_is_sent_only_without_a_reaction(site, make):
    """The second channel gets what still stands after its time, and then also that it is over."""
    second = await site.channels.add(settings("boss", escalates_after=timedelta(hours=1)), None, BY, make.t0)
    matter = standing(make)
    await begun(site, make, matter)
    assert await site.deliveries.next(second.id, make.at(minutes=59)) is None
    message = await site.deliveries.next(second.id, make.at(minutes=60))
    assert message.notices == (matter.raised(),)
    await site.deliveries.end(message, DeliveryState.DELIVERED, make.at(minutes=60))
    await ended(site, matter, make.at(minutes=70))
    over = await site.deliveries.next(second.id, make.at(minutes=70))
    assert [each.kind for each in over.notices] == [NoticeKind.OVER]


async def test_what_is_over_in_time_is_not_escalated(site, make):
    """A reaction before its time leaves the second channel silent; the first one gets begin and end."""
    first = await site.channels.add(settings(), None, BY, make.t0)
    second = await site.channels.add(settings("boss", escalates_after=timedelta(hours=1)), None, BY, make.t0)
    matter = standing(make)
    await begun(site, make, matter)
    await ended(site, matter, make.at(minutes=30))
    assert await site.deliveries.next(second.id, make.at(days=1)) is None
    assert [each.state for each in (await site.deliveries.page(second.id)).items] == [DeliveryState.NEEDLESS]
    assert len((await site.deliveries.page(first.id)).items) == 2


async def test_a_matter_may_come_up_again(site, make):
    """Of one key one stands; after its end the next is another matter, with notices of its own."""
    await site.channels.add(settings(), None, BY, make.t0)
    await begun(site, make, standing(make))
    assert await site.matters.standing() == (standing(make),)
    await ended(site, standing(make), make.at(hours=1))
    assert await site.matters.standing() == ()
    again = standing(make).model_copy(update={"since": make.at(hours=2)})
    await begun(site, make, again)
    assert again.raised().id != standing(make).raised().id


async def test_what_waits_goes_over_a_channel_that_is_new(site, make):
    """Once, and its end too; what is over by then does not."""
    await site.channels.add(settings(), None, BY, make.t0)
    await begun(site, make, standing(make))
    late = await site.channels.add(settings("late"), None, BY, make.at(hours=1))
    for _ in range(2):
        await site.outbox.catch_up(late.id)
    message = await site.deliveries.next(late.id, make.at(hours=1))
    assert [each.key for each in message.notices] == [standing(make).raised().key]
    await ended(site, standing(make), make.at(hours=2))
    assert len((await site.deliveries.page(late.id)).items) == 2
    third = await site.channels.add(settings("third"), None, BY, make.at(hours=3))
    await site.outbox.catch_up(third.id)
    assert (await site.deliveries.page(third.id)).items == ()


async def test_how_far_a_rotation_was_followed_is_kept(running, make):
    """The place in a trail is kept with what was found there, and a rotation that has ended is not listed."""
    followed = Followed(rotation_id=RotationId("rot-1"), event_number=3, step_id="s", step_since=make.t0)
    await running.outbox.keep((), Changes(), [followed], make.t0)
    assert await running.matters.followed() == {"rot-1": followed}
    await running.outbox.keep((), Changes(), [followed.model_copy(update={"ended": True})], make.t0)
    assert await running.matters.followed() == {}


async def test_a_test_message_goes_over_any_channel_at_once(site, make):
    """It is for no site and no kind, and waits for no digest and no retry."""
    channel = await site.channels.add(
        settings(kinds=(NoticeKind.ATTENTION,), digest=timedelta(hours=2)), None, BY, make.t0
    )
    test = Notice(key="test/1", kind=NoticeKind.TEST, at=make.t0)
    message_id = await site.outbox.put(channel.id, test)
    message = await site.deliveries.next(channel.id, make.t0)
    assert (message.message_id, message.notices) == (message_id, (test,))


async def test_one_worker_has_the_lease(site, make):
    """Another one gets it when it is given back, or when its holder has ended; a clock far ahead holds it no longer."""
    lease = site.notice_lease
    assert await lease.take("a", make.t0)
    assert not await lease.take("b", make.at(seconds=119))
    assert await lease.take("a", make.at(seconds=119))
    assert not await lease.take("b", make.at(seconds=130))
    assert await lease.take("b", make.at(minutes=4))
    await lease.give_back("b", make.at(minutes=4))
    assert await lease.take("a", make.at(minutes=4))
    assert await lease.take("c", make.at(days=-9)), "the lease of a clock that was ahead"


async def test_two_looks_at_once_keep_each_thing_once(site, make):
    """Two workers that both take themselves for the one: of a matter one stands, and its channel is called once."""
    channel = await site.channels.add(settings(), None, BY, make.t0)
    looks = [standing(make).model_copy(update={"since": make.at(seconds=number)}) for number in range(4)]
    same = notice(make, 1)
    done = await asyncio.gather(
        *(
            site.outbox.keep((same,), Changes(begun=(each,), notices=(each.raised(),)), (), each.since)
            for each in looks
        ),
        return_exceptions=True,
    )
    assert [type(each) for each in done].count(IntegrityError) == 3
    assert len(await site.matters.standing()) == 1
    kinds = sorted(each.kind for each in (await site.deliveries.page(channel.id)).items)
    assert kinds == [NoticeKind.ATTENTION, NoticeKind.GATE_PASSED]
