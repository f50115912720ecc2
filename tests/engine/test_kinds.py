"""Every message between the service and Temporal is of a kind of its own."""

from typing import Any, get_type_hints

import pytest
from temporalio.workflow import _Definition

from activities.registry import all_activities
from engine.contract.kinds import KINDS
from rotation.order import OrderState
from service.world import World
from workflows.issue_certificate import IssueCertificate
from workflows.rotate_site import RotateSite
from workflows.simulate_plan import SimulatePlan
from workflows.survey_site import SurveySite
from workflows.watch_certificates import WatchCertificates

WORKFLOWS = (IssueCertificate, RotateSite, SimulatePlan, SurveySite, WatchCertificates)
DECIDES_NOTHING = {OrderState}
"""How an order has ended lies in the store; no reader of ours reads it from its workflow."""


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_what_a_workflow_takes_and_gives_has_a_kind(workflow) -> None:
    """Its input and result, each signal and query."""
    definition = _Definition.must_from_class(workflow)
    found = [definition.run_fn, *(each.fn for each in definition.signals.values())]
    found += [each.fn for each in definition.queries.values()]
    for function in found:
        hints = {hint for hint in get_type_hints(function).values() if hint is not type(None)}
        assert hints - DECIDES_NOTHING <= set(KINDS), function


def test_what_an_activity_takes_and_gives_has_a_kind() -> None:
    """Its request and its answer; it has both."""
    no_store: Any = None  # none of them is called
    for each in all_activities(no_store, World(store=no_store)):
        hints = get_type_hints(each)
        assert [str(hint) for hint in hints.values() if hint not in KINDS] == [], each
        assert "return" in hints, each
