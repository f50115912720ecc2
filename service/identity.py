"""Ids of what the service makes."""

import hashlib
import uuid

from rotation.values import PlanId


def new_plan_id(key: str | None = None) -> PlanId:
    """An id for a plan; its hash, not its id, says what is in it."""
    return PlanId(id_of("plan", key)) if key is not None else PlanId(f"plan-{uuid.uuid4().hex[:12]}")


def id_of(kind: str, key: str | None) -> str:
    """An id. It follows from the idempotency key where there is one, so that the same request finds it."""
    digits = hashlib.sha256(key.encode()).hexdigest() if key is not None else uuid.uuid4().hex
    return f"{kind}-{digits[:16]}"
