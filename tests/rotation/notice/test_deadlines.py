"""By when a person should act, from what a rotation's workflow has and from the end of the old certificate."""

from datetime import timedelta

import pytest

from rotation.notice.deadlines import Deadlines, deadlines_of
from rotation.plan.outline import Outline
from rotation.plan.start_by import LatestStart
from rotation.running.open_task import OpenTask
from rotation.running.state import RotationState
from rotation.running.wait import Wait
from rotation.values import PlanId, RotationId, ServerName, SiteId, TaskId


@pytest.fixture
def start(seen):
    """The latest safe start of a plan, by the certificate of sepm1."""
    ends, takes = seen.at(days=90), timedelta(days=40)
    return LatestStart(
        at=seen.at(days=43), server=ServerName("sepm1"), ends=ends, takes=takes, margin=timedelta(days=7)
    )


def state(seen, **fields):
    """What a workflow has."""
    known = {"rotation_id": RotationId("rot-1"), "site_id": SiteId("site-1"), "site_name": "Vienna"}
    plan = {"plan_id": PlanId("plan-1"), "plan_hash": "00", "outline": Outline.to_load("rotate")}
    return RotationState.model_validate({**known, **plan, "started_at": seen.t0, **fields})


def wait(seen, limit):
    """A gate with its limit."""
    return Wait(step="s1", opened_at=seen.t0, due=seen.t0, limit=seen.at(days=limit), heartbeat=timedelta(minutes=5))


def test_a_gate_names_its_limit_until_it_has_passed(seen, start):
    """Past it the end of the certificate is the next date, and the limit is known still."""
    waits = state(seen, wait=wait(seen, 8))
    assert deadlines_of(waits, start, seen.at(days=7)).soonest == seen.at(days=8)
    late = deadlines_of(waits, start, seen.at(days=8))
    assert (late.gate, late.soonest) == (seen.at(days=8), seen.at(days=90))


def test_the_end_of_a_claim_comes_before_the_limit_of_the_gate(seen, start):
    """Its holder begins by then; when it has ended, the gate's limit is next."""
    at = seen.at(hours=1)
    task = OpenTask(
        id=TaskId("t"), step="s1", opened_at=seen.t0, claimed_by="ann", claimed_at=at, proven_at=at, begun_at=at
    )
    held = state(seen, wait=wait(seen, 8), task=task)
    assert deadlines_of(held, start, at).soonest == at + timedelta(minutes=10)
    assert deadlines_of(held, start, at + timedelta(minutes=10)).soonest == seen.at(days=8)


def test_a_certificate_that_was_replaced_is_no_deadline(seen, start):
    """Nor is there one without a plan; of a workflow that does not answer, the certificate alone is known."""
    assert deadlines_of(state(seen, swapped=(ServerName("sepm1"),)), start, seen.t0) == Deadlines()
    assert deadlines_of(state(seen), None, seen.t0).soonest is None
    assert deadlines_of(None, start, seen.t0).soonest == seen.at(days=90)
