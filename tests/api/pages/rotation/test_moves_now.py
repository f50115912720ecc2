"""What the page says above the moves of a rotation."""

from datetime import UTC, datetime

from api.pages.rotation_page import moves_now
from rotation.identity.identity import IdentityId, Principal
from rotation.identity.permission import Role
from rotation.plan.outline import Outline
from rotation.running.attention import Attention
from rotation.running.state import RotationState
from rotation.values import PlanId, RotationId, SiteId

T0 = datetime(2026, 3, 1, tzinfo=UTC)
ANN = Principal(id=IdentityId("i1"), name="ann", roles=(Role.ADMIN,))


def running(*codes: str) -> RotationState:
    """A rotation without a new certificate yet, which shows attention of these codes."""
    shown = tuple(
        Attention(code=each, subject="SEPM-1", message="look there", options=(), raised_at=T0) for each in codes
    )
    return RotationState(
        rotation_id=RotationId("rot-1"),
        site_id=SiteId("vienna"),
        site_name="Vienna",
        plan_id=PlanId("plan-1"),
        plan_hash="00",
        outline=Outline.to_load("rotate"),
        started_at=T0,
        attention=shown,
    )


def test_a_certificate_that_no_step_put_there_holds_a_cancel_up():
    """Only then the page does not promise that a cancel puts everything back."""
    for codes, third in ((), False), (("task-wrong",), False), (("task-wrong", "third-certificate"), True):
        found = moves_now(running(*codes), ANN)
        assert found is not None
        assert (found.replaced, found.third) == (False, third)
