"""Rules 18 and 21: before a certificate is replaced, clients show that they find another server, where asked for."""

from collections.abc import Iterator
from datetime import timedelta

from rotation.plan.procedure_choices import ProcedureChoices
from rotation.plan.scope import Treatment
from rotation.plan.step import Console, GatePurpose, Step
from rotation.plan.work.stop_drill import StartServer, StopServer
from rotation.procedure.outage import drill_gate, drill_task
from rotation.values import ServerName

_DAY = timedelta(days=1)
"""No server stays stopped for longer unless a person decides so."""


def elsewhere_by_drill(choices: ProcedureChoices, wave: int, server: ServerName) -> Iterator[Step]:
    """The drill, right before the replacement of a server.

    1. a person stops the services of that server
    2. each client that fails over, and was there, comes to another one, for three heartbeats at least
    3. the services are started again
    """
    if server not in choices.stops:
        return
    yield drill_task(f"Stop the services of {server}", StopServer(server=server), wave)
    title = f"Wait until every client that fails over has come to another server than {server}"
    asked = [owner for owner in choices.scopes if owner.treatment is Treatment.FAILOVER]
    patience = min(choices.limits.gate_patience, _DAY)
    yield drill_gate(title, GatePurpose.ELSEWHERE, wave, asked=asked, patience=patience, server=server)
    yield started_again(server, wave)


def started_again(server: ServerName, wave: int = 0) -> Console:
    """A server that a drill has stopped, started again."""
    return drill_task(f"Start the services of {server} again", StartServer(server=server), wave)
