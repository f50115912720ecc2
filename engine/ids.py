"""Workflow ids: readable, and one per site, so that the engine itself refuses a second rotation of a site.

A simulation touches no site: its workflow has its own id.
"""

from rotation.values import OrderId, SimulationId, SiteId

WATCH = "watch-certificates"
"""The id of the schedule of the watch, one for all sites, and what the ids of its workflows begin with."""


def rotation_workflow(site_id: SiteId) -> str:
    """The id of the workflow that rotates a site."""
    return f"rotate/{site_id}"


def survey_workflow(site_id: SiteId) -> str:
    """The id of the workflow that surveys a site."""
    return f"survey/{site_id}"


def simulation_workflow(simulation_id: SimulationId) -> str:
    """The id of the workflow that plays a simulation."""
    return f"simulate/{simulation_id}"


def order_workflow(order_id: OrderId) -> str:
    """The id of the workflow that sees to an order at a certificate authority."""
    return f"issue/{order_id}"
