"""What two persons do together before it happens, outside a running rotation."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypedDict

from pydantic import AwareDatetime, ValidationError

from rotation.identity.identity import IdentityId
from rotation.plan.plan import PlanBody
from rotation.site import Limits
from rotation.values import PlanId, SiteId, Value

VENDORS = Limits()
"""The floors that the vendor names."""
LASTS = timedelta(days=7)
"""How long a wish waits for a second person."""


class TwoPersonAct(StrEnum):
    """An act that takes two identities."""

    TRUST = "trust a fingerprint"
    FLOORS = "lower a floor below the vendor's"
    START = "start the plan"
    AMEND = "approve the amendment"


class Wish(Value):
    """What one person wants, and another one has to want, too."""

    asked_by: str
    identity: IdentityId
    why: str
    until: AwareDatetime
    """When it lapses."""
    content: str = ""
    """What is wished, as canonical JSON, of wishes that are listed; empty of one that an earlier release has kept."""


class WishedFloors(Value):
    """The content of a wish to lower floors of a site that is registered: all limits, as both persons wish them."""

    site: SiteId
    limits: Limits

    @classmethod
    def of(cls, wish: Wish) -> "WishedFloors | None":
        """What is wished; None of a site that is not registered yet, and of a wish of an earlier release."""
        try:
            return cls.model_validate_json(wish.content)
        except ValidationError:
            return None


def lowered(now: Limits, wanted: Limits) -> tuple[str, ...]:
    """The floors that would be lower than they are, and lower than the vendor's."""
    floors = ("relax_floor", "holdout_minimum")
    return tuple(name for name in floors if getattr(wanted, name) < min(getattr(now, name), getattr(VENDORS, name)))


def wish_digest(act: TwoPersonAct, content: Mapping[str, Any]) -> str:
    """SHA-256 of a wish: equal where two persons wish the very same."""
    return hashlib.sha256(json.dumps([act.value, content], sort_keys=True).encode()).hexdigest()


class PlanApproval(TypedDict):
    """What two persons who start a plan both wish."""

    plan: PlanId
    hash: str
    late: bool
    """Whether its latest safe start has passed, and they accept that."""


def approvals(plan: PlanId, plan_hash: str) -> tuple[PlanApproval, PlanApproval]:
    """Both wishes that there may be for the start of a plan."""
    return PlanApproval(plan=plan, hash=plan_hash, late=False), PlanApproval(plan=plan, hash=plan_hash, late=True)


def reasons_to_start_together(body: PlanBody, *, late: bool, always: bool) -> Iterator[str]:
    """Why a plan is started by two persons; nothing where one is enough.

    Args:
        body: the plan.
        late: whether its latest safe start has passed, and it is started all the same.
        always: whether the operator of the service has two persons approve each plan.
    """
    if body.left_out:
        yield f"the plan leaves out {len(body.left_out)} clients by name"
    if late:
        yield "the latest safe start of the plan has passed"
    if always:
        yield "this service needs two persons for each plan"
