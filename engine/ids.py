"""Workflow ids: readable, and one per site, so that the engine itself refuses a second rotation of a site.

A simulation touches no site: its workflow has its own id.
"""

from engine.contract import ISSUE_WORKFLOW, ROTATE_WORKFLOW, SIMULATE_WORKFLOW, SURVEY_WORKFLOW, WATCH_WORKFLOW
from rotation.values import OrderId, SimulationId, SiteId

WATCH = "watch-certificates"
"""The id of the schedule of the watch, one for all sites, and what the ids of its workflows begin with."""

_BEGINS = {
    ROTATE_WORKFLOW: "rotate/",
    SURVEY_WORKFLOW: "survey/",
    SIMULATE_WORKFLOW: "simulate/",
    ISSUE_WORKFLOW: "issue/",
    WATCH_WORKFLOW: f"{WATCH}-",  # a schedule adds the time
}
"""What the ids of each type of workflow begin with."""
PREFIXES = tuple(_BEGINS.values())
"""What the ids of our workflows begin with."""


def rotation_workflow(site_id: SiteId) -> str:
    """The id of the workflow that rotates a site."""
    return f"{_BEGINS[ROTATE_WORKFLOW]}{site_id}"


def survey_workflow(site_id: SiteId) -> str:
    """The id of the workflow that surveys a site."""
    return f"{_BEGINS[SURVEY_WORKFLOW]}{site_id}"


def simulation_workflow(simulation_id: SimulationId) -> str:
    """The id of the workflow that plays a simulation."""
    return f"{_BEGINS[SIMULATE_WORKFLOW]}{simulation_id}"


def order_workflow(order_id: OrderId) -> str:
    """The id of the workflow that sees to an order at a certificate authority."""
    return f"{_BEGINS[ISSUE_WORKFLOW]}{order_id}"


def named_by(workflow_id: str) -> tuple[str, str]:
    """The type of workflow that an id is for, and what it names: a site, or an order. Empty: it is none of ours."""
    for type_, begins in _BEGINS.items():
        if workflow_id.startswith(begins):
            return type_, workflow_id.removeprefix(begins)
    return "", ""


def is_ours(workflow_type: str | None, workflow_id: str | None) -> bool:
    """Whether we could have started a workflow of that type under that id."""
    begins = _BEGINS.get(workflow_type or "")
    return begins is not None and workflow_id is not None and workflow_id.removeprefix(begins) not in {workflow_id, ""}
