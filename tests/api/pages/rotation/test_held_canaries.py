"""What holds the clients that go first, as the page of a rotation says it."""

from datetime import UTC, datetime, timedelta

from api.pages.move_offers import MEANINGS, answers
from api.pages.rotation.held_canaries import which_canaries
from rotation.identity.identity import IdentityId, Principal
from rotation.identity.permission import Role
from rotation.plan.outline import Outline
from rotation.running.attention import SECOND, Attention
from rotation.running.message import Move
from rotation.running.state import Proceed, RotationState
from rotation.running.wait import GateReading, Wait
from rotation.values import PlanId, RotationId, ServerName, SiteId

T0 = datetime(2026, 3, 1, tzinfo=UTC)
READING = GateReading(
    taken_at=T0,
    total=11,
    covered=11,
    safe=0,
    waiting=0,
    left_out=0,
    by_reason={},
    reached=False,
    unshown=(ServerName("SEPM-1"),),
)  # fmt: skip
ANN = Principal(id=IdentityId("i1"), name="ann", roles=(Role.ADMIN,))


def asked(code: str) -> Attention:
    """A question that two persons may go on with."""
    return Attention(code=code, subject="A10d", message="look there", options=(Move.PROCEED,), raised_at=T0)


def waiting(reading: GateReading | None) -> RotationState:
    """A rotation at a gate, as it was read."""
    day = timedelta(days=1)
    return RotationState(
        rotation_id=RotationId("rot-1"),
        site_id=SiteId("vienna"),
        site_name="Vienna",
        plan_id=PlanId("plan-1"),
        plan_hash="00",
        outline=Outline.to_load("rotate"),
        started_at=T0,
        wait=Wait(step="39-A10d", opened_at=T0, due=T0, limit=T0 + day, heartbeat=day, reading=reading),
    )


def test_a_server_that_no_client_has_shown_is_named():
    """Though all are proven; where clients are waited for, the message names them."""
    found = which_canaries(asked("canary-held"), waiting(READING))
    assert found is not None
    assert found.values == {"count": 11, "servers": "SEPM-1"}
    for other in (READING.model_copy(update={"waiting": 1}), READING.model_copy(update={"unshown": ()}), None):
        assert which_canaries(asked("canary-held"), waiting(other)) is None
    assert which_canaries(asked("gate-limit"), waiting(READING)) is None


def test_going_on_names_its_own_risk():
    """Behind canaries no client is left out; behind another gate those that are not proven may be cut off."""
    (on,) = answers(asked("canary-held"), waiting(READING), ANN)
    assert "No client is left out" in on.meaning.text
    (other,) = answers(asked("gate-limit"), waiting(READING), ANN)
    assert other.meaning == MEANINGS[Move.PROCEED][1]


def test_the_second_person_reads_what_holds_the_canaries_and_what_the_approval_risks():
    """The question of the first person is gone by then; another wish risks what is not proven."""
    for about, risk in (("canary-held", "the other groups follow"), ("gate-limit", "may be cut off")):
        wish = Proceed(about=about, asked_by="ben", identity="i2", why="seen")
        state = waiting(READING).model_copy(update={"proceed": wish})
        second = asked(SECOND).model_copy(update={"options": (Move.APPROVE,)})
        (approve,) = answers(second, state, ANN)
        assert risk in approve.meaning.text
        assert (which_canaries(second, state) is None) is (about != "canary-held")
