"""Every event of which people are called: once, over a real webhook and by real mail, in order, with its link."""

from datetime import timedelta

from rotation.notice.channel import ChannelSettings, MailSecurity, MailTarget, MessageLanguage
from rotation.plan.work.task import TaskState
from rotation.running.message import Move
from rotation.running.state import Phase
from rotation.running.wait import GateReading
from store.progress import Progress, RotationStatus
from store.rotation.events import NewEvent
from tests.notifying.sinks import MAIL, MailServer
from tests.service.notices.conftest import BY, looked, question
from tests.texts.english_words import english_in


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
    ends = (clock() - make.t0).days + 91
    for days in (*LEFT, -1):
        clock.now = make.at(days=ends - days)
        await looked(store, make, clock, days=ends)
        await turn()


LEFT = (90, 60, 30, 14, 7)
EVERY = [
    "task-opened", "task-near", "claim-lapsing",
    "approval-wanted", "over", "attention", "over", "gate-late", "over",
    "gate-passed", "holdout-report", "rotation-ended",
    "site-unreadable", "latest-start", "over", *["latest-start"] * len(LEFT),
]  # fmt: skip


def notices(calling):
    """What the webhook has taken, as values."""
    return [body["data"]["notices"][0]["notice"] for _, body in calling.hook.taken]


async def test_every_event_calls_once_and_in_order(running, make, calling):
    """Each of the events, signed, and by mail; a second worker, and each look once more, add nothing.

    Each names the site and what is asked, and has a link to what it is about; each that asks something a date.
    """
    await calling.add(running)
    server = MailServer(calling.hook)
    first, second = calling.notifier(running), calling.notifier(running)

    async def turn():
        await first.turn()
        await second.turn()
        await first.turn()

    async with server.running("none"):
        target = MailTarget(
            host=MAIL, port=server.port, security=MailSecurity.NONE, sender="r@x.test", recipients=("a@x.test",)
        )
        mail = await running.channels.add(ChannelSettings(name="mail", target=target), None, BY, calling.clock())
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
    left = [notice["days"] for notice in notices(calling) if notice["kind"] == "latest-start"]
    assert left == [*LEFT, 0]
    posted = [body["data"] for _, body in calling.hook.taken]
    assert [(each["Subject"], each.get_content().splitlines()) for _, each in server.mails] == [
        (data["title"], data["text"].splitlines()) for data in posted
    ]
    assert [each["Message-ID"] for _, each in server.mails] == [
        f"<msg_{mail.id}_{number}@x.test>" for number in calling.numbers
    ]
    for data in posted:
        assert {"Site: Vienna", f"Link: {data['link']}"} <= set(data["text"].splitlines())
        assert "\nWhat is asked: " in data["text"]
    dated = {notice["kind"] for notice in notices(calling) if notice["by_when"]}
    assert dated == {"task-opened", "task-near", "claim-lapsing", "latest-start"}, "there is no plan with a date here"


LIMIT = "A10: 3 clients are not covered and would be cut off by going on: PC-1, PC-2, PC-3"


async def test_a_czech_mail_is_czech(running, make, calling):
    """Of each matter: title, step, subject, details and what may be chosen; names stay, and no English is left."""
    server = MailServer(calling.hook)
    notifier = calling.notifier(running)
    async with server.running("none"):
        target = MailTarget(
            host=MAIL, port=server.port, security=MailSecurity.NONE, sender="r@x.test", recipients=("a@x.test",)
        )
        chosen = ChannelSettings(name="mail", target=target, language=MessageLanguage.CZECH)
        await running.channels.add(chosen, None, BY, calling.clock())
        await running.tasks.add(make.task().model_copy(update={"opened_at": calling.clock()}))
        asked = question(make, "gate-limit", Move.EXTEND, Move.PROCEED)
        found = asked.model_copy(update={"message": LIMIT, "subject": "Replace the certificate of sepm1"})
        gate = "Wait until the canaries hold the relaxed policy: My Company\\Labs"
        raised = Progress(step_title=gate, attention=(found,))
        await running.rotations.project("rot-1", raised, calling.clock())
        passed = f"{gate}: 1 of 1 clients are covered"
        await running.events.append(
            "rot-1", "site-1", NewEvent(at=calling.clock(), kind="gate-passed", message=passed, data={}, key="e1")
        )
        await notifier.turn()
    mails = [f"{each['Subject']}\n{each.get_content()}" for _, each in server.mails]
    assert len(mails) == 3
    assert [english_in(each) for each in mails] == [[], [], []]
    late = next(each for each in mails if "PC-2" in each)
    assert "Vyměnit certifikát serveru sepm1" in late
    assert "Podrobnosti: A10: 3 klienti " in late
    assert "Čekat déle (extend), Přesto pokračovat (proceed)" in late
