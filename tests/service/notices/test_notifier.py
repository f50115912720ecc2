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
from rotation.plan.work.task import TaskState
from rotation.running.attention import Attention
from rotation.running.message import Move
from rotation.running.state import Outcome, Phase, RotationState
from rotation.running.wait import GateReading
from rotation.site import Limits
from rotation.standing.reconciliation import reconciled
from rotation.standing.trouble import Standing, Trouble, TroubleCode
from rotation.values import Fingerprint, PlanId, RotationId, SiteId
from rotation.watch.inventory import Endpoint, Look, Port, SeenCertificate
from service.notices.delivering import pause_after
from simulation.drawn.scenario import START, Scenario
from simulation.played.run import in_process
from simulation.played.stage import Stage
from store.notice.delivery import DeliveryState
from store.progress import Progress, RotationStatus
from store.rotation.events import NewEvent
from store.schema.tables import NoticeChannelRow, NoticeLeaseRow
from tests.notifying.sinks import MAIL, MailServer
from tests.service.notices.conftest import BY
from tests.store.conftest import SEPM1


def question(make, code, *options):
    """An attention as it is stored."""
    return Attention(code=code, subject="sepm1", message="look", options=options, raised_at=make.t0).finding()


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


async def looked(store, make, clock, error="", days=400):
    """Have a look at the port of sepm1 be kept."""
    certificate = SeenCertificate(fingerprint=Fingerprint("aa" * 32), not_after=make.at(days=days))
    place = Endpoint(server=SEPM1, port=Port.CLIENT, address="sepm1.test", number=443)
    look = Look(endpoint=place, certificate=None if error else certificate, at=clock(), error=error)
    await store.inventory.record("site-1", [look])


async def every_event(store, make, clock, turn):
    """Each event of which people are called, one after the other."""
    await store.tasks.add(make.task().model_copy(update={"opened_at": clock()}))
    await turn()
    clock.later(days=13)
    await turn()  # near its time
    until = clock() + timedelta(minutes=9)
    await store.tasks.transition(
        "task-1", [TaskState.OPEN], TaskState.CLAIMED, who="ann", at=clock(), counts=(until, until)
    )
    await turn()
    await store.tasks.transition("task-1", [TaskState.CLAIMED], TaskState.DONE, who="ann", at=clock())
    for code, options in (("second-person", [Move.APPROVE]), ("adrift", []), ("gate-limit", [Move.EXTEND])):
        raised = Progress(step_title="Gate", attention=(question(make, code, *options),))
        await store.rotations.project("rot-1", raised, clock())
        await turn()
        await store.rotations.project("rot-1", Progress(attention=()), clock())
        await turn()
    passed = NewEvent(at=clock(), kind="gate-passed", message="Gate: 9 of 9", data={}, key="e1")
    await store.events.append("rot-1", "site-1", passed)
    await turn()
    reading = GateReading(
        taken_at=clock(), total=9, covered=7, safe=0, waiting=2, left_out=0, by_reason={}, reached=False
    )
    held = Progress(phase=Phase.HOLDOUT, step_id="h", step_title="Holdout", coverage=reading)
    await store.rotations.project("rot-1", held, clock())
    await turn()
    clock.later(days=7)
    await turn()
    ended = Progress(status=RotationStatus.COMPLETED, finished_at=clock(), attention=())
    await store.rotations.project("rot-1", ended, clock())
    await turn()
    await looked(store, make, clock, error="timeout")
    clock.later(minutes=10)
    await turn()
    await looked(store, make, clock, days=60)
    clock.later(minutes=10)
    await turn()


EVERY = [
    "task-opened", "task-near", "claim-lapsing",
    "approval-wanted", "over", "attention", "over", "gate-late", "over",
    "gate-passed", "holdout-report", "rotation-ended",
    "site-unreadable", "latest-start", "over",
]  # fmt: skip


async def test_every_event_calls_once_and_in_order(running, make, calling):
    """Each of the events, signed; a second worker, and each look once more, add nothing; links lead to what it is."""
    await calling.add(running)
    first, second = calling.notifier(running), calling.notifier(running)

    async def turn():
        await first.turn()
        await second.turn()
        await first.turn()

    await every_event(running, make, calling.clock, turn)
    found = calling.kinds
    assert sorted(found) == sorted(EVERY)
    assert [each for each in found if each not in {"latest-start", "over"}] == [
        each for each in EVERY if each not in {"latest-start", "over"}
    ]
    assert calling.numbers == list(range(1, len(EVERY) + 1))
    links = {body["data"]["notices"][0]["notice"]["kind"]: body["data"]["link"] for _, body in calling.hook.taken}
    assert links["task-opened"] == links["claim-lapsing"] == "https://rotator.test/tasks/task-1"
    assert links["rotation-ended"] == "https://rotator.test/rotations/rot-1"
    assert links["latest-start"] == "https://rotator.test/sites/site-1"


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
        "Vienna: úkol v konzoli čeká na operátora: Replace",
        "Vienna: je potřeba člověk: sepm1",
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
    assert "stalled: it is late. see why" in calling.hook.taken[0][1]["data"]["text"]
