"""Ids of what the service makes."""

import uuid

from rotation.values import PlanId


def new_plan_id() -> PlanId:
    """An id for a plan; its hash, not its id, says what is in it."""
    return PlanId(f"plan-{uuid.uuid4().hex[:12]}")
