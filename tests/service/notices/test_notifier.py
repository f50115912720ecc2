"""From what happens at a site to a real webhook: every event once, signed, in order, again after an outage."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from pydantic import SecretStr
from sqlalchemy import update

from emulator.scenarios import one_server
from engine.fault import NoAnswer
from rotation.notice.channel import ChannelSettings, MailTarget, MessageLanguage
from rotation.notice.notice import Notice, NoticeKind
from rotation.plan.outline import Outline
from rotation.running.attention import Attention
from rotation.running.state import Outcome, RotationState
from rotation.site import Limits
from rotation.standing.reconciliation import reconciled
from rotation.standing.trouble import Standing, Trouble, TroubleCode
from rotation.values import PlanId, RotationId, SiteId
from service.notices.delivering import pause_after
from simulation.drawn.scenario import START, Scenario
from simulation.played.run import in_process
from simulation.played.stage import Stage
from store.notice.delivery import DeliveryState
from store.progress import Progress, RotationStatus
from store.schema.tables import NoticeChannelRow, NoticeLeaseRow
from tests.notifying.sinks import HOOKS, MAIL, MailServer
from tests.service.notices.conftest import BY, looked, question


def shown(make, attention):
    """The state of a rotation that shows an attention."""
    return RotationState(
        rotation_id=RotationId("rot-1"),
        site_id=SiteId("site-1"),
        site_name="Vienna",
        plan_id=PlanId("plan-1"),
        plan_hash="00",
        outline=Outline.to_load("rotate"),
        started_at=make.t0,
        attention=attention,
    )


async def test_after_an_outage_all_comes_in_order_under_the_same_ids(running, make, calling):
    """While the receiver is away the first message is tried again, ever more seldom; none is lost or overtakes."""
    channel = await calling.add(running)
    away = calling.notifier(running)
    calling.hook.answers = [(503, "")] * 3
    await running.tasks.add(make.task())
    await running.rotations.project("rot-1", Progress(attention=(question(make, "adrift"),)), calling.clock())
    for failures in (1, 2, 3):
        await away.turn()
        shown = await running.channels.get(channel.id)
        assert (shown.retry_at, shown.failing_since) == (calling.clock() + pause_after(failures), make.t0)
        assert "503" in shown.error
        await away.turn()  # too early: nothing is sent
        assert len(calling.hook.server.asked) == failures
        calling.clock.now = shown.retry_at
    await calling.notifier(running).turn()  # the worker was started again
    assert {asked.headers["webhook-id"] for asked in calling.hook.server.asked[:4]} == {f"msg_{channel.id}_1"}
    assert calling.numbers == [1, 2]
    assert (await running.channels.get(channel.id)).failing_since is None


async def test_a_message_that_is_refused_holds_the_others_for_a_while_only(running, make, calling):
    """Three times; then it is given up, which the list of deliveries shows, and the next one goes."""
    channel = await calling.add(running)
    calling.hook.answers = [(400, "")] * 3
    await running.tasks.add(make.task())
    await running.rotations.project("rot-1", Progress(attention=(question(make, "adrift"),)), calling.clock())
    for _ in range(3):
        await calling.notifier(running).turn()
        calling.clock.later(minutes=5)
    second, first = (await running.deliveries.page(channel.id)).items
    assert (first.state, first.attempts) == (DeliveryState.GIVEN_UP, 3)
    assert "400" in first.error
    assert second.state is DeliveryState.DELIVERED


async def test_a_channel_that_is_away_holds_no_other_one(running, make, calling):
    """Each is served by itself."""
    bad = await calling.add(running)
    settings = bad.settings.model_copy(
        update={"target": bad.settings.target.model_copy(update={"url": "https://unknown.test/"})}
    )
    await running.channels.change(bad.id, settings, calling.hook.secret, BY, calling.clock())
    await calling.add(running, "second")
    await running.tasks.add(make.task())
    await calling.notifier(running).turn()
    assert calling.kinds == ["task-opened"]


async def test_an_address_that_turns_private_gets_nothing(running, make, calling):
    """The name of the channel leads inside by now: nothing is sent, the channel shows why, and the message waits."""
    channel = await calling.add(running)
    calling.names.known[HOOKS] = ("8.8.8.8", "10.0.0.1")
    await running.tasks.add(make.task())
    await calling.notifier(running, private_hosts="").turn()
    shown = await running.channels.get(channel.id)
    assert (shown.waiting, calling.hook.server.asked) == (1, [])
    assert "10.0.0.1, which is no public address" in shown.error
    calling.names.known[HOOKS] = ("127.0.0.1",)
    calling.clock.later(minutes=2)
    await calling.notifier(running).turn()
    assert calling.kinds == ["task-opened"]


async def test_a_secret_that_does_not_open_holds_the_messages(running, make, calling):
    """The channel fails with the reason, and no message goes unsigned."""
    channel = await calling.add(running)
    await running.tasks.add(make.task())
    settings = channel.settings.model_copy(
        update={"target": channel.settings.target.model_copy(update={"url": calling.hook.url + "b"})}
    )
    async with running.database.write() as session:
        await session.execute(update(NoticeChannelRow).values(settings=settings))
    await calling.notifier(running).turn()
    assert "another place" in (await running.channels.get(channel.id)).error
    assert calling.hook.server.asked == []


async def test_the_worker_with_the_lease_sends(running, make, calling):
    """Another one sends nothing while it holds; when it has ended, the other one goes on."""
    channel = await calling.add(running)
    await running.tasks.add(make.task())
    await running.notice_lease.take("another worker", calling.clock())
    await calling.notifier(running).turn()
    assert (calling.hook.taken, (await running.deliveries.page(channel.id)).items) == ([], ())
    calling.clock.later(minutes=2)
    await calling.notifier(running).turn()
    assert calling.kinds == ["task-opened"]


async def test_without_a_channel_nothing_is_looked_for(running, make, calling):
    """And the first channel gets what waits for a person at that time."""
    await running.tasks.add(make.task())
    await calling.notifier(running).turn()
    async with running.database.read() as session:
        assert await session.get(NoticeLeaseRow, "notices") is None
    calling.clock.later(hours=1)
    await calling.add(running)
    await calling.notifier(running).turn()
    assert calling.kinds == ["task-opened"]


async def test_a_rotation_that_ended_between_two_looks_is_reported(running, calling):
    """Also one that a person has terminated in Temporal."""
    await calling.add(running)
    terminated = Progress(status=RotationStatus.TERMINATED)
    await running.rotations.project("rot-1", terminated, calling.clock())
    await calling.notifier(running).turn()
    await calling.notifier(running).turn()
    ((_, body),) = calling.hook.taken
    assert "ended from outside" in body["data"]["title"]


async def test_an_archived_site_calls_no_person(site, make, calling):
    """Its certificates end, and its ports are silent, as they should."""
    await calling.add(site)
    await looked(site, make, calling.clock, days=7)
    await site.site_changes.archive("site-1", make.act())
    await calling.notifier(site).turn()
    assert calling.hook.taken == []


async def test_a_rotation_never_waits_for_a_delivery(store, calling):
    """A whole rotation runs to its end while the webhook takes a message and never answers."""
    calling.clock.now = START
    channel = await calling.add(store)
    calling.hook.hangs = True
    spec = one_server(clients=3, heartbeat=timedelta(hours=1))
    stage = Stage(Scenario(seed=1, spec=spec, limits=Limits(purge_after=None)), store=store)
    await stage._register()
    tests = [Notice(key=f"test/{number}", kind=NoticeKind.TEST, at=START) for number in range(2)]
    await store.outbox.put(channel.id, tests[0])
    beside = asyncio.create_task(calling.notifier(store, every=timedelta(milliseconds=100)).run())
    try:
        await asyncio.wait_for(calling.hook.asked.wait(), 60)
        # sooner than the delivery gives up
        await asyncio.wait_for(store.outbox.put(channel.id, tests[1]), 5)
        state = await stage.begin(await stage.plan())
        unfinished, state = await in_process(stage, state)
        assert (unfinished, state.outcome) == ("", Outcome.COMPLETED)
    finally:
        beside.cancel()
        with suppress(asyncio.CancelledError):
            await beside
    assert calling.hook.taken == []
    calling.hook.hangs = False
    calling.clock.now = stage.clock.now() + timedelta(minutes=5)
    for _ in range(20):
        await calling.notifier(store).turn()
        calling.clock.later(hours=2)
    found = calling.kinds
    assert "rotation-ended" in found
    assert found.count("gate-passed") >= 2
    assert len(calling.hook.taken) == len({message_id for message_id, _ in calling.hook.taken})


async def test_attention_that_is_no_event_is_asked_of_the_workflow(running, make, calling):
    """The workflow's own state counts: once a minute, and when it has reported; an outage begins and ends nothing."""
    await calling.add(running)
    await running.rotations.project("rot-1", Progress(step_title="Gate"), calling.clock(), number=1)
    silent = Attention(code="not-answering", subject="Gate", message="no answer yet", raised_at=make.t0)
    shows: list[tuple[Attention, ...]] = [(silent,)]
    asked = []

    async def ask(site_id):
        asked.append(site_id)
        if not shows:
            raise NoAnswer("no worker answers")
        return shown(make, shows[0])

    notifier = calling.notifier(running, ask=ask)
    await notifier.turn()
    assert calling.kinds == ["attention"]
    shows.clear()
    for _ in range(2):
        calling.clock.later(minutes=1)
        await notifier.turn()
    calling.clock.later(seconds=10)
    await notifier.turn()
    assert (calling.kinds, len(asked)) == (["attention"], 4)
    # a worker that was just started knows what the store has, which is not all
    await calling.notifier(running, ask=ask).turn()
    assert (calling.kinds, len(asked)) == (["attention"], 4), "the first one has the lease"
    calling.clock.later(minutes=2)
    restarted = calling.notifier(running, ask=ask)
    await restarted.turn()
    assert (calling.kinds, len(asked)) == (["attention"], 5)
    calling.clock.later(minutes=2)
    await notifier.turn()
    asked.clear()
    shows.append(())
    await running.rotations.project("rot-1", Progress(step_title="Gate"), calling.clock(), number=2)
    await notifier.turn()
    assert (calling.kinds, len(asked)) == (["attention", "over"], 1)
    await notifier.turn()
    assert len(asked) == 1, "within the minute, and without a report, it is left alone"


async def test_what_began_before_a_channel_ends_silently_for_it(running, make, calling):
    """A channel that was added meanwhile gets no end of what it was never called for."""
    first = await calling.add(running)
    await running.tasks.add(make.task())
    raised = Progress(step_title="Gate", attention=(question(make, "adrift"),))
    await running.rotations.project("rot-1", raised, calling.clock(), number=1)
    notifier = calling.notifier(running)
    await notifier.turn()
    await running.channels.remove(first.id, BY, calling.clock())
    calling.clock.later(days=1)
    await running.rotations.project("rot-1", Progress(attention=()), calling.clock(), number=2)
    second = await calling.add(running, "second")
    await notifier.turn()
    assert (await running.deliveries.page(second.id)).items == ()


async def test_mail_comes_once_and_in_order_after_an_outage(running, make, calling):
    """In Czech, with a log-in over STARTTLS: nothing while the server is away, then each message in its order."""
    server = MailServer(calling.hook)
    async with server.running("starttls", log_in=True):
        target = MailTarget(
            host=MAIL, port=server.port, username="rotator", sender="rotator@x.test", recipients=("a@x.test",)
        )
    settings = ChannelSettings(name="mail", target=target, language=MessageLanguage.CZECH)
    channel = await running.channels.add(settings, SecretStr("hush"), BY, calling.clock())
    await running.tasks.add(make.task())
    notifier = calling.notifier(running)
    await notifier.turn()
    raised = Progress(step_title="Gate", attention=(question(make, "adrift"),))
    await running.rotations.project("rot-1", raised, calling.clock())
    await notifier.turn()
    assert "mail.test does not answer" in (await running.channels.get(channel.id)).error
    calling.clock.later(minutes=1)
    async with server.running("starttls", log_in=True):
        await notifier.turn()
        await notifier.turn()
    assert [mail["Message-ID"] for _, mail in server.mails] == [f"<msg_{channel.id}_{n}@x.test>" for n in (1, 2)]
    assert [mail["Subject"] for _, mail in server.mails] == [
        "Vienna: úkol v konzole čeká na operátora: Replace",
        "Vienna: je potřeba zásah člověka: sepm1",
    ]
    assert "Odkaz: https://rotator.test/tasks/task-1" in server.mails[0][1].get_content()


async def test_a_rotation_that_is_stalled_calls_once_it_lasts(running, make, calling):
    """What the reconciler finds for two minutes, with what helps; it is over with the look that does not find it."""
    await calling.add(running)
    stalled = Trouble(
        standing=Standing.STALLED, code=TroubleCode.OVERDUE, subject="rot-1", message="it is late", remedy="see why"
    )
    notifier, before = calling.notifier(running), None
    for minutes, wanted in ((0, []), (1, []), (2, ["attention"]), (9, ["attention"])):
        calling.clock.now = make.at(minutes=minutes)
        before = reconciled(before, calling.clock(), rotations=[stalled])
        await running.reconciliations.keep(before)
        await notifier.turn()
        assert calling.kinds == wanted
    calling.clock.later(hours=1)
    await notifier.turn()
    assert calling.kinds == ["attention"], "no process looks any more: what it has found stands"
    await running.reconciliations.keep(reconciled(before, calling.clock()))
    await notifier.turn()
    assert calling.kinds == ["attention", "over"]
    assert "it does not get on: it is late. see why" in calling.hook.taken[0][1]["data"]["text"]
