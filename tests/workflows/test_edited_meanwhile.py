"""Rules 16 and 18: a cancel assigns no list that was edited since the plan before a person has looked at it."""

from emulator.switches import PatchSemServer, Switches
from rotation.running.message import Move
from rotation.running.state import Outcome, Phase
from tests.simulation.holes import OWN_LIST, site

EDITED = "list-edited-meanwhile"
BY_HAND = Switches(patch_sem_server=PatchSemServer.IGNORED)


def turns_back(state):
    """Whether what was begun is being undone."""
    return state.phase is Phase.TURNING_BACK


def opened(played):
    """Whether the lists are to be assigned by hand, and no person is asked."""
    return lambda state: turns_back(state) and state.task and not played.asked(EDITED)(state)


def edit(here):
    """An administrator edits the list that no client uses now."""
    here.stage.simulation.console.edit_list(OWN_LIST, https_ports={"SEPM-1": 8443})


def put_right(here):
    """The list is as it was registered again, and a person says so."""
    here.stage.simulation.console.edit_list(OWN_LIST, https_ports={"SEPM-1": 443})
    return here.say(Move.RETRY)


def claim(here):
    """Bob claims the open task."""
    return here.say(Move.CLAIM_TASK, "bob", task_id=here.state.task.id)


def cancelled(played):
    """A list is edited while clients use its copy, and the rotation is cancelled."""
    return played.Deed(played.at("A8"), edit), played.Deed(played.at("A8"), lambda here: here.say(Move.CANCEL))


def lists(here):
    """The lists that clients use."""
    return {name for name, _ in here.settings().values()}


async def test_a_retry_confirms_one_edit_and_a_later_one_is_asked_about_again(played):
    """REST assigns nothing: what is edited while the task is open has its claim refused, and is asked about."""
    noted = played.Deed(played.asked(EDITED), lambda here: here.kept.update(then=lists(here)))
    by_hand = played.Deed(opened(played), edit, after=played.HEARTBEAT)
    claimed = played.Deed(opened(played), claim)
    again = played.Deed(played.asked(EDITED), put_right)
    deeds = (*cancelled(played), noted, played.Deed(played.asked(EDITED), put_right), by_hand, claimed, again)
    async with played.play(*played.in_turn(*deeds), spec=site(heartbeat=played.HEARTBEAT, switches=BY_HAND)) as here:
        here.absent = lambda state: turns_back(state) and not again.done
        before = here.settings()
        outcome = await here.run()

    assert OWN_LIST not in here.kept["then"]
    asked = played.attention(noted.saw, EDITED)
    assert asked.options == (Move.RETRY,)
    assert asked.message.startswith(f"{OWN_LIST}: an administrator edited the list at ")
    assert [(each.code, each.subject) for each in claimed.answer.findings] == [(EDITED, OWN_LIST)]
    assert played.attention(again.saw, EDITED).message != asked.message
    assert (outcome, here.settings(), here.lost()) == (Outcome.CANCELLED, before, [])


async def test_a_list_is_asked_about_once(played):
    """Over REST a person looks at the list, finds it right and retries: the edit that was seen is not asked again."""
    retried = played.Deed(played.asked(EDITED), lambda here: here.say(Move.RETRY))
    spec = site(heartbeat=played.HEARTBEAT)
    async with played.play(*played.in_turn(*cancelled(played), retried), spec=spec) as here:
        here.absent = lambda state: turns_back(state) and not retried.done
        outcome = await here.run()

    shown = [event for event in here.trail if event.kind == "attention" and "an administrator edited" in event.message]
    assert (outcome, len(shown)) == (Outcome.CANCELLED, 1)
    assert set(here.state.lists_shown) == {OWN_LIST}


async def test_who_assigns_a_list_by_hand_gives_it_back_when_it_is_edited(played):
    """Bob has the task when the list is edited: it lapses, he gives it back, and a person is asked."""
    edited = played.Deed(lambda state: turns_back(state) and state.task and state.task.claimed_by == "bob", edit)
    given_back = played.Deed(
        played.asked("give-back"), lambda here: here.say(Move.TASK_REFUSED, "bob", task_id=here.state.task.id)
    )
    retried = played.Deed(played.asked(EDITED), put_right)
    cancel = played.Deed(played.at("A8"), lambda here: here.say(Move.CANCEL))
    deeds = (cancel, played.Deed(opened(played), claim), edited, given_back, retried)
    async with played.play(*played.in_turn(*deeds), spec=site(heartbeat=played.HEARTBEAT, switches=BY_HAND)) as here:
        here.absent = lambda state: turns_back(state) and not retried.done
        before = here.settings()
        outcome = await here.run()

    assert {each.code for each in given_back.saw.attention} >= {"proof-lapsed", "give-back"}
    assert "lists are asked about first" in played.attention(given_back.saw, "give-back").message
    assert (outcome, here.settings(), here.lost()) == (Outcome.CANCELLED, before, [])
