"""A claim that was refused: its proof is read on, and a person is asked when it does not come back by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from emulator.scenarios import one_server
from emulator.spec import ROOT_GROUP
from rotation.finding import blocking
from rotation.running.message import Move
from rotation.running.open_task import RefusedClaim
from rotation.running.state import Outcome
from workflows.claims.refused_claim import is_as_approved
from workflows.claims.swap_proof import SwapProof

HEARTBEAT = timedelta(minutes=5)
PC = "PC-0001"
HOURS = timedelta(hours=8)
NAMED = tuple(f"gate: PC-{number}" for number in range(10))
"""Those of twelve clients that a question names."""


def open_swap(state):
    """Whether the certificate is waited for."""
    return state.task is not None and state.step.number == "A9"


def held(state):
    """Whether bob holds the task."""
    return open_swap(state) and state.task.claimed_by == "bob"


def bob(move):
    """Bob says that of the task."""
    return lambda here: here.say(move, who="bob", task_id=here.state.task.id)


def edit(here):
    """A person edits a policy of the root."""
    here.stage.simulation.console.edit_policy(ROOT_GROUP)


def reimage(here):
    """A computer is put back to an image of just now: it registers again, and its old record stays as it is."""
    here.stage.simulation.machines.reimage(PC, image_age=timedelta(0))
    edit(here)


def edited(played):
    """Two edits without a look at the settings between them, and clients that took the first one."""
    return played.in_turn(
        played.Deed(open_swap, edit, after=timedelta(seconds=2)),
        played.Deed(open_swap, reimage, after=HEARTBEAT + timedelta(minutes=1)),
    )


def refusals(here):
    """The replies to refused claims of the task."""
    return [reply for message, reply in here.replies if message.move is Move.CLAIM_TASK and not reply.accepted]


async def test_a_claim_that_stays_refused_is_shown_with_what_is_missing_of_whom(played):
    """A record whose computer is gone holds an unknown policy: it is named, and left out by two persons."""
    deeds = edited(played)
    second = played.Deed(played.asked("second-person"), lambda _: None)
    async with played.play(*deeds, second, spec=one_server(clients=8, heartbeat=HEARTBEAT)) as here:
        here.absent = lambda state: open_swap(state) and not deeds[-1].done
        outcome = await here.run()

    assert [finding.code for finding in refusals(here)[0].findings] == ["gate-does-not-hold"]
    (shown, *_) = [event for event in here.trail if event.kind == "attention"]
    opened = next(event for event in here.trail if event.kind == "task-opened" and "Replace" in event.message)
    assert shown.at - opened.at > HOURS
    for part in (
        f"1 clients of {ROOT_GROUP} are not covered: {PC}",
        "hold a policy whose settings the service has not seen",
        "retry",
    ):
        assert part in shown.message
    assert second.done
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []


async def test_the_proof_of_a_refused_claim_is_read_on_without_another_claim(played):
    """Refused once, with everybody reporting: three heartbeats later the next claim is granted at once."""
    edits = [played.Deed(open_swap, edit, after=minutes * timedelta(minutes=1)) for minutes in (1, 8)]
    claim = played.Deed(
        open_swap, lambda here: here.say(Move.CLAIM_TASK, who="bob", task_id=here.state.task.id), after=2 * HEARTBEAT
    )
    again = played.Deed(open_swap, lambda _: None, after=10 * HEARTBEAT)
    async with played.play(*edits, claim, again, spec=one_server(clients=8, heartbeat=HEARTBEAT)) as here:
        here.absent = lambda state: open_swap(state) and not again.done
        outcome = await here.run()

    assert len(refusals(here)) == 1
    assert not here.asked
    assert outcome is Outcome.COMPLETED


async def test_lapsed_proof_is_asked_about_like_a_refused_claim(played):
    """Bob is asked to wait, and holds the task: half a day later two persons leave the missing client out."""
    second = played.Deed(played.asked("second-person"), lambda _: None)
    deeds = played.in_turn(
        played.Deed(open_swap, bob(Move.CLAIM_TASK)),
        played.Deed(held, edit, after=timedelta(seconds=2)),
        played.Deed(held, reimage, after=HEARTBEAT + timedelta(minutes=1)),
        second,
        again := played.Deed(lambda state: held(state) and state.task.lapsed_at is None, bob(Move.TASK_REFUSED)),
    )
    async with played.play(*deeds, spec=one_server(clients=8, heartbeat=HEARTBEAT)) as here:
        here.absent = lambda state: open_swap(state) and not second.seen_at and not played.asked("claim-refused")(state)
        outcome = await here.run()

    lapsed = next(event for event in here.trail if "has lapsed" in event.message)
    shown = next(event for event in here.trail if "its proof is missing since" in event.message)
    assert shown.at - lapsed.at >= HOURS
    assert f"1 clients of {ROOT_GROUP} are not covered: {PC}" in shown.message
    assert again.done
    assert (outcome, here.lost()) == (Outcome.COMPLETED, [])


@pytest.mark.parametrize("first", [(PC,), tuple(f"PC-{number:04d}" for number in range(1, 12))], ids=["one", "eleven"])
async def test_only_clients_that_the_second_person_saw_are_left_out(played, first):
    """Two more computers go before she approves: no client is left out, and it asks again; ten are named at most."""

    def gone(*names):
        def do(here):
            for name in names:
                here.stage.simulation.machines.reimage(name, image_age=timedelta(0))
            edit(here)

        return do

    asked, second = played.asked("claim-refused"), played.asked("second-person")
    deeds = played.in_turn(
        played.Deed(open_swap, bob(Move.CLAIM_TASK)),
        played.Deed(held, edit, after=timedelta(seconds=2)),
        played.Deed(held, gone(*first), after=HEARTBEAT + timedelta(minutes=1)),
        played.Deed(asked, lambda here: here.say(Move.PROCEED, "ann", "it is scrap")),
        played.Deed(second, edit, after=timedelta(minutes=10)),
        played.Deed(second, gone("PC-0013", "PC-0014"), after=HEARTBEAT + timedelta(minutes=1)),
        played.Deed(second, lambda here: here.say(Move.APPROVE, "eve"), after=timedelta(hours=30)),
        again := played.Deed(asked, lambda here: here.say(Move.CANCEL, "ann", "look into it first")),
        played.Deed(lambda state: state.withdrawing, bob(Move.TASK_REFUSED)),
    )
    async with played.play(*deeds, spec=one_server(clients=40, heartbeat=HEARTBEAT)) as here:
        here.absent = lambda state: open_swap(state) and not again.done
        outcome = await here.run()

    message = played.attention(again.saw, "claim-refused").message
    assert f"{len(first) + 2} clients of {ROOT_GROUP} are not covered" in message
    assert not [event for event in here.trail if event.kind == "adopted"]
    assert sum("the rotation asks again" in event.message for event in here.trail) == 1
    assert outcome is Outcome.CANCELLED


async def test_a_wish_is_void_when_the_task_is_given_back(played):
    """Beside the question what becomes of the task, none about its proof is left."""
    asked = played.asked("claim-refused")
    deeds = played.in_turn(
        played.Deed(open_swap, bob(Move.CLAIM_TASK)),
        played.Deed(held, edit, after=timedelta(seconds=2)),
        played.Deed(held, reimage, after=HEARTBEAT + timedelta(minutes=1)),
        played.Deed(asked, lambda here: here.say(Move.PROCEED, "ann", "it is scrap")),
        refused := played.Deed(played.asked("second-person"), bob(Move.TASK_REFUSED)),
    )
    async with played.play(*deeds, spec=one_server(clients=8, heartbeat=HEARTBEAT)) as here:
        here.absent = lambda state: open_swap(state) and not refused.done
        given_back = played.Deed(
            played.asked("task-refused"), lambda here: here.kept.update(state=here.state.model_copy())
        )
        here.deeds.append(given_back)
        outcome = await here.run()

    codes = {attention.code for attention in here.kept["state"].attention}
    assert not codes & {"proof-lapsed", "claim-refused", "second-person"}
    assert here.kept["state"].proceed is None
    assert outcome is Outcome.COMPLETED


@pytest.mark.parametrize(
    ("waiting", "names", "keys", "holds"),
    [
        (12, NAMED, ("as before",), True),
        (12, NAMED, ("others",), False),
        (11, NAMED, ("others",), False),
        (9, NAMED[:9], ("others",), True),
        (1, ("gate: PC-12",), ("others",), False),
    ],
)
def test_an_approval_is_of_all_clients_that_are_missing(waiting, names, keys, holds):
    """Ten of twelve are named: another unnamed one in the place of one of them is not what two persons decided."""
    now = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
    refused = RefusedClaim(since=now, read_at=now, seconded=True, waiting=12, named=NAMED, keys=("as before",))
    finding = blocking("gate-open", "gate", "clients are missing", "wait")
    proof = SwapProof(findings=(finding,), gates=("gate",), waiting=waiting, names=names, keys=keys)
    assert is_as_approved(proof, refused) is holds
