"""The one thing that helps, as a person types it."""

import shlex

from rotation.standing.records import Run, Service
from rotation.values import SiteId


def restore(site_id: SiteId) -> str:
    """What ends a rotation that Temporal does not run any more, and puts back what it had changed."""
    return f"rotator restore {shlex.quote(site_id)} --why REASON"


def terminate_newest(workflow_id: str, address: str, namespace: str) -> str:
    """What ends the newest run of a workflow from outside."""
    return f"temporal workflow terminate {_at(address, namespace, workflow_id)} --reason REASON"


def terminate(run: Run, service: Service) -> str:
    """What ends a workflow from outside."""
    return f"temporal workflow terminate {_named(run, service)} --reason REASON"


def unpause(run: Run, service: Service) -> str:
    """What has Temporal go on with a workflow that was paused there."""
    return f"temporal workflow unpause {_named(run, service)} --reason REASON"


def _named(run: Run, service: Service) -> str:
    return f"{_at(service.address, service.namespace, run.workflow_id)} --run-id {shlex.quote(run.run_id)}"


def _at(address: str, namespace: str, workflow_id: str) -> str:
    where = f"--address {shlex.quote(address)} --namespace {shlex.quote(namespace)}"
    return f"{where} --workflow-id {shlex.quote(workflow_id)}"


WORKER = "rotator up"
"""What starts a worker; where each part runs apart, `python -m worker`."""
NO_ANSWER = f"{WORKER}; if a worker runs, make room on the disk of Temporal's database, or find out why Temporal fails"
"""A Temporal that cannot write gives its workers nothing to do: seen from the API, that is a worker that is silent."""
