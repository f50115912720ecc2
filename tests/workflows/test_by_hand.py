"""REST cannot write the server list: a person does it, and it is proven all the same."""

from datetime import timedelta

import pytest

from emulator.scenarios import one_server
from emulator.spec import ListSpec, SiteSpec
from emulator.state.effects import Actor, acting
from emulator.switches import PatchSecureCommunications, PatchSemServer, Switches
from rotation.running.message import Move
from rotation.running.state import Outcome
from rotation.running.waits.of_state import situation_of
from rotation.running.waits.waiting_for import waiting_for


@pytest.mark.parametrize("patch", [PatchSemServer.IGNORED, PatchSemServer.REFUSED])
async def test_a_list_that_rest_does_not_assign_is_assigned_by_hand(played, patch):
    """A write that is ignored or refused becomes a console task, closed by reading back; the gate proves it, 0 lost."""

    def say_done(here):
        return here.say(Move.TASK_DONE, "bob", task_id=here.state.task.id)

    early, later = deeds = played.in_turn(
        played.Deed(lambda state: state.task and played.asked("written-by-hand")(state), say_done),
        played.Deed(lambda state: state.task, lambda _: None),
    )
    spec = one_server(clients=10, heartbeat=timedelta(minutes=5))
    async with played.play(*deeds, spec=spec.model_copy(update={"switches": Switches(patch_sem_server=patch)})) as here:
        here.absent = lambda state: state.task and "A5" in state.task.step and not later.done
        before = here.settings()
        outcome = await here.run()

    assert "pairs" in played.attention(early.saw, "written-by-hand").message
    assert not early.answer.accepted, "a word alone closed observed work"
    assert [finding.code for finding in early.answer.findings] == ["not-seen-yet"]
    assert outcome is Outcome.COMPLETED
    assert here.settings() == before
    assert here.stage.simulation.effects.count("rest.sem_server") == 0
    assert here.lost() == []
    closed = [event.message for event in here.trail if event.kind == "task-closed" and "lists" in event.message]
    assert closed
    assert all("SEPM shows every place as wanted" in message for message in closed)


async def test_pairs_that_want_different_lists_are_asked_for_one_list_after_the_other(played):
    """A person is shown which list goes where: each list that REST did not assign is a task with its own pairs."""
    spec = one_server(clients=10, heartbeat=timedelta(minutes=5))
    site = spec.model_dump() | {
        "switches": Switches(patch_sem_server=PatchSemServer.IGNORED),
        "server_lists": [*spec.server_lists, ListSpec(name="Office List", priorities=(("SEPM-1",),))],
    }
    office = next(each for group in site["groups"] for each in group["locations"] if each["name"] == "Office")
    office["server_list"] = "Office List"
    async with played.play(spec=SiteSpec.model_validate(site)) as here:
        before = here.settings()
        outcome = await here.run()
        works = [task.work for task in await here.stage.store.tasks.list() if task.work.kind == "assign_list"]

    assert outcome is Outcome.COMPLETED
    assert here.settings() == before
    assert here.lost() == []
    asked = {(work.list.split(" (")[0], pair.location_name) for work in works for pair in work.pairs}
    assert asked == {("Default Management Server List", "Default"), ("Office List", "Office")}
    assert len(works) == 6  # two lists of the canaries and one of the rest, to relax and to restore


def restored_by_hand(state):
    """Whether an operator has to put secure communications back."""
    return state.step.number == "A10c" and state.task


async def put_in(here, kind):
    """The former or the new certificate of the plan comes into the server."""
    chosen = (await here.plan()).certificate_for("SEPM-1")
    with acting(Actor.SITE_EVENT):
        here.stage.simulation.console.restore_certificate("SEPM-1", getattr(chosen, kind))


async def put_right(here):
    """The right certificate comes back, and a person says so."""
    await put_in(here, "fingerprint")
    return here.say(Move.RETRY, "ann")


def restoring_by_hand():
    """One server, at which REST does not put secure communications back."""
    ignored = Switches(patch_secure_communications=PatchSecureCommunications.IGNORED)
    return one_server(clients=10, heartbeat=timedelta(minutes=5)).model_copy(update={"switches": ignored})


def is_proven_again(state):
    """Whether a gate waits although settings are to be put back."""
    return state.step.number == "A10c" and state.wait


async def test_settings_are_not_put_back_by_hand_while_another_certificate_is_in_a_server(played):
    """The claim is refused, the task withdrawn, and a person asked; clients are proven again behind the right one."""

    async def claim(here):
        await put_in(here, "replaces")
        return here.say(Move.CLAIM_TASK, "bob", task_id=here.state.task.id)

    claimed, asked, proven, again = deeds = played.in_turn(
        played.Deed(restored_by_hand, claim),
        played.Deed(played.asked("drift"), put_right),
        played.Deed(is_proven_again, lambda _: None),
        played.Deed(restored_by_hand, lambda _: None),
    )
    async with played.play(*deeds, spec=restoring_by_hand()) as here:
        here.absent = lambda state: not again.done and state.step.number == "A10c"
        before = here.settings()
        outcome = await here.run()

    assert [each.code for each in claimed.answer.findings] == ["certificate-restored"]
    assert "presents its former certificate again" in played.attention(asked.saw, "drift").message
    waits = waiting_for(situation_of(proven.saw, proven.seen_at))
    assert waits.values["step"] == "Wait until clients know the new certificate of SEPM-1"
    kinds = [(event.kind, event.message) for event in here.trail]
    withdrawn = next(at for at, (kind, text) in enumerate(kinds) if kind == "task-closed" and "as the rotation" in text)
    assert [kind for kind, _ in kinds[withdrawn + 1 :]][:6] == [
        "message",
        "drift-over",
        "gate-restarted",
        "gate-passed",
        "task-opened",
        "message",
    ]
    assert outcome is Outcome.COMPLETED
    assert here.settings() == before
    assert here.lost() == []


async def test_the_question_to_give_work_back_goes_with_the_work(played):
    """Its holder does the work all the same: nothing is asked of the holder any more."""

    async def another(here):
        await put_in(here, "replaces")

    async def does_it(here):
        task = await here.stage.store.tasks.get(here.state.task.id)
        with acting(Actor.TASK):
            for pair in task.work.pairs:
                console = here.stage.simulation.console
                console.set_secure_communications(pair.group_path, pair.location_name, enabled=True)
        return here.say(Move.TASK_DONE, "bob", task_id=here.state.task.id)

    deeds = played.in_turn(
        played.Deed(restored_by_hand, lambda here: here.say(Move.CLAIM_TASK, "bob", task_id=here.state.task.id)),
        played.Deed(lambda state: state.task and state.task.claimed_by, another),
        played.Deed(played.asked("give-back"), does_it),
        played.Deed(lambda state: state.task is None, lambda _: None),
    )
    *_, over = deeds
    async with played.play(*deeds, spec=restoring_by_hand()) as here:
        here.absent = lambda state: not over.done and state.step.number == "A10c"
        await here.run()

    assert "give-back" not in {each.code for each in over.saw.attention}


async def test_who_holds_the_work_is_asked_to_give_it_back(played):
    """Only the gate asks about a client that is away: the rotation would wait for it behind the claim for ever."""

    async def another(here):
        await put_in(here, "replaces")

    def give_back(here):
        return here.say(Move.TASK_REFUSED, "bob", task_id=here.state.task.id, why="as asked")

    claimed, replaced, asked, given_back, proven, again = deeds = played.in_turn(
        played.Deed(restored_by_hand, lambda here: here.say(Move.CLAIM_TASK, "bob", task_id=here.state.task.id)),
        played.Deed(lambda state: state.task and state.task.claimed_by, another),
        played.Deed(played.asked("drift"), put_right),
        played.Deed(played.asked("give-back"), give_back),
        played.Deed(is_proven_again, lambda _: None),
        played.Deed(restored_by_hand, lambda _: None),
    )
    async with played.play(*deeds, spec=restoring_by_hand()) as here:
        here.absent = lambda state: not again.done and state.step.number == "A10c"
        outcome = await here.run()

    assert claimed.answer.accepted
    assert replaced.done
    assert "bob gives the task back" in played.attention(given_back.saw, "give-back").message
    assert "task-refused" not in {each.code for each in proven.saw.attention}, "no person is asked to open it again"
    assert asked.done
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []
