"""A server that goes down for good when its certificate is to be replaced: a person is warned, and has a way out."""

from datetime import timedelta

import pytest

from rotation.plan.step import Console
from rotation.plan.work.task import ReplaceCertificate
from rotation.running.message import Move
from rotation.running.state import Outcome

SILENT = "due-server-silent"
MINUTE = timedelta(minutes=1)


def is_due(number):
    """Whether a person holds the replacement of a certificate, and so many were replaced before."""

    def holds(state):
        replaces = isinstance(state.step, Console) and isinstance(state.step.work, ReplaceCertificate)
        return replaces and len(state.swapped) == number and state.task is not None and state.task.claimed_by

    return holds


def stop(here):
    """The server that is due stops, and comes up no more; no operator can do anything at its console."""
    here.kept["server"], step = here.state.step.work.server, here.state.step.id
    here.absent = lambda state: state.task is not None and state.task.step == step and not state.withdrawing
    here.stage.simulation.stop_server(here.kept["server"])


@pytest.mark.parametrize(
    ("number", "way_out", "text", "ends"),
    [(0, Move.CANCEL, "cancel", Outcome.CANCELLED), (1, Move.ROLL_BACK, "roll back", Outcome.ROLLED_BACK)],
)
async def test_a_server_that_is_down_at_its_turn_is_shown_with_the_way_out_that_there_is(
    played, number, way_out, text, ends
):
    """Nothing shows its new certificate: without a warning the rotation would wait for ever, and no person knew why."""
    down = played.Deed(is_due(number), stop)
    out = played.Deed(played.asked(SILENT), lambda here: here.say(way_out))
    async with played.play(*played.in_turn(down, out)) as here:
        outcome = await here.run()

    assert outcome is ends
    server = here.kept["server"]
    shown = [attention for attention in out.saw.attention if attention.code == SILENT]
    assert [(each.subject, each.options) for each in shown] == [(server, ())]
    assert f"bring it up, or {text}" in shown[0].message
    assert timedelta(minutes=15) <= shown[0].raised_at - down.seen_at <= timedelta(minutes=16)
    assert (SILENT, server) in here.named("attention")
    assert here.lost() == []


async def test_a_server_that_comes_up_again_is_shown_no_more(played):
    """The attention goes, and its certificate is replaced."""
    down = played.Deed(is_due(1), stop)

    def start(here):
        here.stage.simulation.start_server(here.kept["server"])
        here.absent = lambda _: False

    up = played.Deed(played.asked(SILENT), start, after=MINUTE)
    async with played.play(*played.in_turn(down, up)) as here:
        outcome = await here.run()

    assert up.done
    assert outcome is Outcome.COMPLETED
    assert here.named("attention").count((SILENT, here.kept["server"])) == 1
    assert all(attention.code != SILENT for attention in here.state.attention)
