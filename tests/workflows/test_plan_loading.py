"""Taking up the approved plan: what is stored must be what was approved, and messages are heard before it is known."""

import hashlib
import json

import pytest
from sqlalchemy import text

from emulator.scenarios import one_server
from rotation.plan.step import Load
from rotation.running.message import Move
from rotation.running.state import Outcome
from store.progress import RotationStatus
from store.rotation.plans import PlanAltered

ALTERED = "plan-altered"


def loading(state):
    """Whether the rotation does not know its plan yet."""
    return isinstance(state.step, Load)


def altered(how):
    """Makes a plan, and alters what is stored of it."""

    async def planned(stage):
        plan = await stage.plan()
        await write(stage, plan, how(plan))
        return plan

    return planned


async def write(stage, plan, stored):
    """Write a body and its own hash over those of a plan."""
    body = stored.canonical()
    values = {"id": plan.id, "body": body, "hash": hashlib.sha256(body).hexdigest()}
    async with stage.store.database.write() as session:
        values["around"] = json.dumps({**plan.model_dump(mode="json", exclude={"body"}), "hash": values["hash"]})
        await session.execute(
            text("UPDATE plans SET body = :body, hash = :hash, around = :around WHERE id = :id"), values
        )


def shorter(plan):
    """The same plan without its gates after a swap."""
    return plan.body.model_copy(update={"steps": tuple(each for each in plan.body.steps if each.number != "A10b")})


async def test_a_plan_that_is_not_the_approved_one_is_not_begun(played):
    """Another plan stands under its id, with a hash of its own: it is named, cancelled, and nothing was changed."""
    cancelled = played.Deed(played.asked(ALTERED), lambda here: here.say(Move.CANCEL))
    spec = one_server(clients=4, heartbeat=played.HEARTBEAT)
    async with played.play(cancelled, spec=spec, planned=altered(shorter)) as here:
        here.absent = loading
        outcome = await here.run()

    asked = played.attention(cancelled.saw, ALTERED)
    assert "was approved" in asked.message
    assert set(asked.options) == {Move.RETRY, Move.CANCEL}
    assert outcome is Outcome.CANCELLED
    assert [each.kind for each in here.stage.simulation.effects.views() if each.actor.asked] == []


async def test_a_plan_that_cannot_be_read_does_not_keep_its_site(played):
    """One byte of it was changed: it is named, and a cancel ends the rotation in the store too."""

    async def planned(stage):
        plan = await stage.plan()
        async with stage.store.database.write() as session:
            await session.execute(text("UPDATE plans SET body = :body"), {"body": plan.body.canonical() + b" "})
        return plan

    cancelled = played.Deed(played.asked(ALTERED), lambda here: here.say(Move.CANCEL))
    async with played.play(cancelled, spec=one_server(clients=4, heartbeat=played.HEARTBEAT), planned=planned) as here:
        here.absent = loading
        with pytest.raises(PlanAltered):  # what the test itself looks at in the end
            await here.run()
        ended = await here.stage.store.rotations.get(here.state.rotation_id)

    assert here.state.outcome is Outcome.CANCELLED
    assert ended.status is RotationStatus.CANCELLED


async def test_it_begins_when_the_plan_is_back(played):
    """The store is brought back as it was, and a person retries: the approved plan runs to its end."""

    async def put_back(here):
        plan = here.kept["plan"]
        await write(here.stage, plan, plan.body)
        return here.say(Move.RETRY)

    async def planned(stage):
        here.kept["plan"] = plan = await stage.plan()
        await write(stage, plan, shorter(plan))
        return plan

    back = played.Deed(played.asked(ALTERED), put_back)
    async with played.play(back, spec=one_server(clients=4, heartbeat=played.HEARTBEAT), planned=planned) as here:
        here.absent = loading
        outcome = await here.run()

    assert back.done
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []


async def test_messages_before_the_plan_is_known_are_heard(played):
    """A hold stops it, and a cancel then ends it, with nothing to undo."""
    hold, cancel = deeds = played.in_turn(
        played.Deed(played.asked(ALTERED), lambda here: here.say(Move.HOLD)),
        played.Deed(lambda state: state.held_by, lambda here: here.say(Move.CANCEL)),
    )
    spec = one_server(clients=4, heartbeat=played.HEARTBEAT)
    async with played.play(*deeds, spec=spec, planned=altered(shorter)) as here:
        here.absent = loading
        outcome = await here.run()

    assert (hold.answer.accepted, cancel.answer.accepted) == (True, True)
    assert loading(hold.saw)
    assert outcome is Outcome.CANCELLED
    assert [each.kind for each in here.trail if each.kind == "step-began"] == []
    assert [each.kind for each in here.stage.simulation.effects.views() if each.actor.asked] == []


async def test_a_restore_is_cancelled_before_its_plan_is_known(played):
    """Behind replaced certificates a restore is no more to be cancelled; as long as nothing of it is known, it is."""

    async def planned(stage):
        plan = await stage.plan()
        await write(stage, plan, shorter(plan))
        return plan.model_copy(update={"body": plan.body.model_copy(update={"purpose": "restore"})})

    cancelled = played.Deed(played.asked(ALTERED), lambda here: here.say(Move.CANCEL))
    async with played.play(cancelled, spec=one_server(clients=4, heartbeat=played.HEARTBEAT), planned=planned) as here:
        here.absent = loading
        outcome = await here.run()

    assert cancelled.answer.accepted
    assert outcome is Outcome.CANCELLED
    assert [each.kind for each in here.stage.simulation.effects.views() if each.actor.asked] == []
