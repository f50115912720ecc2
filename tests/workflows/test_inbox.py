"""Messages that may have been answered, or withdrawn, before: an old one is refused, a new one has its ticket."""

from datetime import UTC, datetime

import pytest

from rotation.plan.outline import Outline
from rotation.running.message import STALE, Message, Move, Reply
from rotation.running.state import RotationState
from rotation.values import PlanId, RotationId, SiteId
from workflows.inbox import hear, heard, withdraw
from workflows.running import Running


class Nowhere:
    """A host of which nothing is asked."""

    def now(self) -> datetime:
        """Some time."""
        return datetime(2026, 1, 1, tzinfo=UTC)

    def show(self, state: RotationState) -> None:
        """It is shown to no person."""


@pytest.fixture
def run() -> Running:
    """A rotation that has heard nothing yet."""
    state = RotationState(
        rotation_id=RotationId("rot-1"),
        site_id=SiteId("vienna"),
        site_name="Vienna",
        plan_id=PlanId("plan-1"),
        plan_hash="00",
        outline=Outline.to_load("rotate"),
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return Running(Nowhere(), state)  # type: ignore[arg-type]


def hold(request_id: str, ticket: int = 0) -> Message:
    """A message of ann."""
    return Message(
        move=Move.HOLD, rotation_id=RotationId("rot-1"), who="ann", why="why", request_id=request_id, ticket=ticket
    )


def answer(run: Running, count: int) -> None:
    """Hear and answer that many others."""
    for number in range(count):
        run.state.keep_reply(hold(f"other-{number}"), Reply(accepted=True))


@pytest.mark.parametrize(("others", "obeyed"), [(31, True), (32, True), (33, False), (1000, False)])
def test_a_message_is_too_old_as_soon_as_it_may_be_forgotten(run, others, obeyed) -> None:
    """Thirty-two answers are kept: a message from before them may have been answered."""
    answer(run, others)
    hear(run, hold("r1"), Move.HOLD)
    assert bool(run.state.inbox) is obeyed
    assert ("so old that" in run.state.refused) is not obeyed
    assert STALE == "message-stale"


def test_no_message_that_was_answered_is_obeyed_again(run) -> None:
    """However many come after it: while its answer is kept by that, and later as too old."""
    for number in range(100):
        if number == 3:
            run.state.keep_reply(hold("r1", ticket=run.state.dealt_with), Reply(accepted=True))
        else:
            run.state.keep_reply(hold(f"other-{number}"), Reply(accepted=True))
        if number >= 3:
            hear(run, hold("r1", ticket=3), Move.HOLD)
            assert run.state.inbox == ()


def test_no_message_that_was_withdrawn_is_obeyed_after_all(run) -> None:
    """However many are withdrawn or answered after it; asked about again, the same message has a new ticket."""
    hear(run, hold("r1"), Move.HOLD)
    withdraw(run, hold("r1"))
    for number in range(100):
        hear(run, hold("r1"), Move.HOLD)
        assert run.state.inbox == ()
        other = hold(f"other-{number}", ticket=run.state.dealt_with)
        if number % 2:
            run.state.keep_reply(other, Reply(accepted=True))
        else:
            hear(run, other, Move.HOLD)
            withdraw(run, other)
    hear(run, hold("r1", ticket=heard(run, hold("r1")).ticket), Move.HOLD)
    assert [each.request_id for each in run.state.inbox] == ["r1"]
