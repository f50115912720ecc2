"""Rule 17: a pair born during the rotation is asked about before its traces are removed; a list in use stays."""

from datetime import timedelta

import pytest

from rotation.running.message import Move
from rotation.running.state import Outcome

HEARTBEAT = timedelta(minutes=5)
KIOSKS = "My Company\\Legacy\\Kiosks"
ITS_LIST = "Default Management Server List"
COPY = f"{ITS_LIST} (HTTP for certificate rotation)"


def asked(code):
    """Whether that is shown."""
    return lambda state: any(each.code == code for each in state.attention)


def bear(here):
    """A person makes a group below a relaxed one: it begins with the settings that the rotation has set there."""
    here.hands.add_group(KIOSKS)


def put_right(here):
    """A person gives it the settings that it shall have."""
    console = here.stage.simulation.console
    console.assign_list(ITS_LIST, KIOSKS, "Default")
    console.set_secure_communications(KIOSKS, "Default", True)


def copies(here):
    """The HTTP copies that the site has."""
    return [each.name for each in here.stage.simulation.site.server_lists.values() if each.name == COPY]


@pytest.mark.parametrize(("number", "step"), [("B3", "A10c"), ("A10c", "A2-undo")])
async def test_rule_17_relaxed_settings_stay_with_what_is_born_by_a_word_only(played, number, step):
    """Named before the restore, or before the copy would be deleted: approved, it stays, and so does its list."""
    async with played.play(played.Deed(played.at(number, 1), bear)) as here:
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert here.named("adopted") == [("newborn", f"{KIOSKS} / Default"), ("list-in-use", f"Delete the list {COPY!r}")]
    question = next(message for code, message in here.asked if code == "newborn")
    assert f"{KIOSKS} / Default" in question
    assert COPY in question
    assert next(event.data["number"] for event in here.trail if event.kind == "adopted") == step
    assert copies(here) == [COPY], "a list in use is never deleted"
    assert here.settings()[KIOSKS, "Default"][0] == COPY
    report = [event.message for event in here.trail if event.kind == "gate-passed"][-1]
    assert f"left as they are: {KIOSKS} / Default" in report
    assert here.lost() == []


async def test_rule_17_a_location_that_is_left_is_left_with_the_groups_that_follow(played):
    """A group below the location's has what it has: the closing check does not ask for its own list."""

    def bear_location(here):
        here.stage.simulation.groups.add_group("My Company\\Legacy\\Annex", inherits=True)
        here.stage.simulation.groups.add_location("My Company\\Legacy", "Place")

    async with played.play(played.Deed(played.at("B3", 1), bear_location)) as here:
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert ("newborn", "My Company\\Legacy / Place") in here.named("adopted")
    assert "site-differs" not in {code for code, _ in here.asked}


async def test_rule_17_what_is_born_while_the_last_check_waits_is_asked_about(played):
    """Every certificate is in, and every copy is gone: no look follows the closing check, so that it asks itself."""
    async with played.play(played.Deed(played.at("closing"), bear)) as here:
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert here.named("adopted") == [("newborn", f"{KIOSKS} / Default")]
    assert next(event.data["number"] for event in here.trail if event.kind == "adopted") == "closing"
    report = [event.message for event in here.trail if event.kind == "gate-passed"][-1]
    assert f"left as they are: {KIOSKS} / Default" in report


async def test_rule_17_it_is_asked_before_the_last_restore_of_an_amended_plan_too(played):
    """The amendment counts its waves from the start: its restore is a beginning, and the question comes before it."""

    def another_list(here):
        here.stage.simulation.console.assign_list(ITS_LIST, "My Company\\Branch", "Default")

    async with played.play(
        played.Deed(played.at("B5", 1), another_list, after=HEARTBEAT),
        *(
            played.Deed(asked(code), lambda here: here.say(Move.APPROVE), after=HEARTBEAT)
            for code in ("plan-differs", "newborn", "list-in-use")
        ),
        played.Deed(lambda state: len(state.swapped) == 3 and state.wait is not None, bear),
    ) as here:
        here.absent = lambda state: any(each.options for each in state.attention)
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    kinds = [event.kind for event in here.trail if event.kind in {"amended", "adopted"}]
    assert kinds == ["amended", "adopted", "adopted"]
    assert next(event.data["number"] for event in here.trail if event.kind == "adopted") == "A10c"
    assert here.lost() == []


async def test_rule_17_what_is_put_right_is_not_asked_about_again(played):
    """A person gives the newborn group its own settings and retries: the copy is deleted, nothing is left over."""
    async with played.play(
        played.Deed(played.at("B3", 1), bear),
        played.Deed(asked("newborn"), put_right),
        played.Deed(asked("newborn"), lambda here: here.say(Move.RETRY), after=timedelta(minutes=1)),
        played.Deed(asked("newborn"), lambda here: here.say(Move.APPROVE), after=timedelta(hours=1)),
    ) as here:
        here.absent = asked("newborn")
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert ("newborn", f"{KIOSKS} / Default") in here.named("adopted"), "its list is still one that was copied"
    assert copies(here) == []
    assert here.settings()[KIOSKS, "Default"] == (ITS_LIST, True)
    assert here.lost() == []


async def test_a_list_whose_deletion_is_given_back_may_stay(played):
    """The console deletes no list that a group uses, and a site without REST shows no use: an approver goes on."""
    claimed, given_back = deeds = played.in_turn(
        played.Deed(
            lambda state: state.task is not None and state.step.number == "A2-undo",
            lambda here: here.say(Move.CLAIM_TASK, "bob", task_id=here.state.task.id),
        ),
        played.Deed(
            lambda state: state.task is not None and state.task.claimed_by == "bob",
            lambda here: here.say(Move.TASK_REFUSED, "bob", "Kiosks use it", task_id=here.state.task.id),
        ),
    )
    approved = played.Deed(asked("task-refused"), lambda here: here.say(Move.APPROVE, "eve"), after=HEARTBEAT)
    async with played.play(*deeds, approved) as here:
        here.absent = lambda state: (
            (state.task is not None and state.step.number == "A2-undo") or asked("task-refused")(state)
        )
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert (claimed.answer.accepted, given_back.answer.accepted, approved.answer.accepted) == (True, True, True)
    assert [each.options for each in approved.saw.attention] == [(Move.RETRY, Move.APPROVE)]
    assert here.named("adopted") == [("list-in-use", f"Delete the list {COPY!r}")]
    assert copies(here) == [COPY]
