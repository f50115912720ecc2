"""Beginning a replacement: the site is looked at right before it, and what stands against it refuses it (rule 19)."""

from datetime import timedelta
from typing import Any

from emulator.events.site_events import ApiSilent
from rotation.plan.work.task import CopyList
from rotation.running.message import Move
from rotation.running.state import Outcome

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
LEGACY = "My Company\\Legacy"


def open_swap(state):
    """Whether the first certificate is waited for."""
    return state.task is not None and state.step.number == "B2" and not state.swapped


def of_bob(move, **fields):
    """What Bob says about the task that is open."""
    return lambda here: here.say(move, who="bob", task_id=here.state.task.id, **fields)


def secure(enabled):
    """Secure communications of a relaxed group are turned on by hand, or off again."""
    return lambda here: here.stage.simulation.console.set_secure_communications(LEGACY, "Default", enabled)


CLAIM, BEGIN = of_bob(Move.CLAIM_TASK), of_bob(Move.BEGIN_TASK)
GIVE_BACK = of_bob(Move.TASK_REFUSED, why="not me")


class Kept:
    """The task as the store has it at a moment."""

    def __init__(self):
        self.task: Any = None

    async def __call__(self, here):
        """Read it."""
        self.task = await here.stage.store.tasks.get(here.state.task.id)


async def whole(played, *deeds):
    """The rotation, with Bob at the first replacement until he gives it back, and then with people as they are."""
    back = played.Deed(open_swap, GIVE_BACK, after=deeds[-1].after + SECOND)
    async with played.play(*deeds, back) as here:
        here.absent = lambda state: open_swap(state) and not back.done
        outcome = await here.run()
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []


def codes(deed):
    """Why it was refused."""
    return [finding.code for finding in deed.answer.findings]


async def test_a_holder_begins_within_ten_minutes_of_the_claim_or_of_a_look(played):
    """The claim is a beginning; later another look gives ten minutes more, and the task shows until when."""
    claimed, shown, begun, again = Kept(), Kept(), played.Deed(open_swap, BEGIN, after=15 * MINUTE), Kept()
    await whole(
        played,
        played.Deed(open_swap, CLAIM),
        played.Deed(open_swap, claimed, after=SECOND),
        played.Deed(open_swap, shown, after=12 * MINUTE),
        begun,
        played.Deed(open_swap, again, after=15 * MINUTE + SECOND),
    )
    assert begun.answer.accepted
    assert claimed.task.proof_until - claimed.task.begin_until == 20 * MINUTE
    assert (shown.task.proof_until, shown.task.begin_until) == (claimed.task.proof_until, claimed.task.begin_until)
    assert again.task.begin_until - shown.task.begin_until == 15 * MINUTE
    assert again.task.proof_until == claimed.task.proof_until


async def test_what_was_changed_a_moment_ago_refuses_it(played):
    """The minute's watch has not looked yet: the look does. All proof is read again; the task shows that it lapsed."""
    begun, lapsed = played.Deed(open_swap, BEGIN, after=12 * MINUTE + SECOND), Kept()
    await whole(
        played,
        played.Deed(open_swap, CLAIM),
        played.Deed(open_swap, secure(enabled=True), after=12 * MINUTE),
        begun,
        played.Deed(open_swap, lapsed, after=12 * MINUTE + 2 * SECOND),
        played.Deed(open_swap, secure(enabled=False), after=13 * MINUTE),
    )
    assert codes(begun) == ["proof-lapsed"]
    assert (lapsed.task.proof_until, lapsed.task.begin_until) == (None, None)


async def test_a_site_that_cannot_be_seen_refuses_it(played):
    """The holder is not left waiting for SEPM: the answer says why, and begins nothing."""

    def silent(here):
        here.stage.operator.befall(ApiSilent(lasting=5 * MINUTE), here.stage.clock.now())

    begun = played.Deed(open_swap, BEGIN, after=12 * MINUTE)
    await whole(
        played,
        played.Deed(open_swap, CLAIM),
        played.Deed(open_swap, silent, after=11 * MINUTE),
        begun,
        played.Deed(open_swap, lambda _: None, after=20 * MINUTE),
    )
    assert codes(begun) == ["site-unseen"]


async def test_only_the_holder_of_a_replacement_begins_it(played):
    """Not before the claim, not for another one, and no work of which the site is not looked at beforehand."""

    def copies(state):
        return state.task is not None and isinstance(state.step.work, CopyList)

    early, other, wrong = (
        played.Deed(open_swap, BEGIN),
        played.Deed(
            open_swap, lambda here: here.say(Move.BEGIN_TASK, who="eve", task_id=here.state.task.id), after=MINUTE
        ),
        played.Deed(copies, BEGIN),
    )
    await whole(played, wrong, early, played.Deed(open_swap, CLAIM, after=SECOND), other)
    whys = [deed.answer.findings[0].message for deed in (wrong, early, other)]
    for text, why in zip(whys, ("checks nothing before", "is not claimed", "bob has claimed this task"), strict=True):
        assert why in text


def reinstall(build):
    """A client of a group that fails over gets another build: no policy date moves."""
    return lambda here: here.hands.reinstall("BRANCH-0001", build)


async def test_a_refused_claim_of_its_holder_is_a_lapse(played):
    """What the second claim has read counts for the first one: nothing may begin, and the task shows it."""
    again, begun, lapsed = (
        played.Deed(open_swap, do, after=(12 + n) * MINUTE) for n, do in enumerate((CLAIM, BEGIN, Kept()))
    )
    await whole(
        played,
        played.Deed(open_swap, CLAIM),
        played.Deed(open_swap, reinstall("14.2.5323.2000"), after=11 * MINUTE),
        again,
        begun,
        lapsed,
        played.Deed(open_swap, reinstall("14.0.3752.1000"), after=15 * MINUTE),
    )
    assert (codes(again), codes(begun)) == (["no-failover-build"], ["proof-lapsed"])
    assert (lapsed.do.task.proof_until, lapsed.do.task.begin_until) == (None, None)


async def test_proof_that_is_due_is_read_before_the_work_begins(played):
    """A look sees no build; half an hour after the claim all proof is due, and the beginning waits for it."""
    begun = played.Deed(open_swap, BEGIN, after=31 * MINUTE)
    await whole(
        played,
        played.Deed(open_swap, CLAIM),
        played.Deed(open_swap, reinstall("14.2.5323.2000"), after=20 * MINUTE),
        begun,
        played.Deed(open_swap, reinstall("14.0.3752.1000"), after=33 * MINUTE),
    )
    assert codes(begun) == ["proof-lapsed"]


async def test_a_hold_that_comes_during_the_look_refuses_it(played, monkeypatch):
    """What was true when the message came is asked once more behind the look."""
    held = []

    async def look(run, _):
        held.append(run.state.held_by)
        run.state.held_by, run.state.hold_reason = "ann", "a break"
        return ""

    monkeypatch.setattr("workflows.claims.begin._look", look)
    begun = played.Deed(open_swap, BEGIN, after=MINUTE)
    resumed = played.Deed(open_swap, lambda here: here.say(Move.RESUME), after=2 * MINUTE)
    await whole(played, played.Deed(open_swap, CLAIM), begun, resumed)
    assert (held, codes(begun)) == ([""], ["begin_task-refused"])
