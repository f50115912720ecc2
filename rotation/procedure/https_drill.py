"""Rule 18: before a certificate is replaced, clients show what list they hold, where it was asked for."""

from collections.abc import Iterator

from rotation.plan.procedure_choices import ProcedureChoices
from rotation.plan.step import Console, GatePurpose, Step
from rotation.plan.work.https_drill import HttpsPort, OpenHttps, ShutHttps
from rotation.procedure.outage import drill_gate, drill_task


def listed_by_drill(choices: ProcedureChoices, wave: int) -> Iterator[Step]:
    """The drill, behind the gate that has shown the policy of R, and before a certificate is replaced.

    1. a person shuts the HTTPS client port of every server: a client that checks in after that has come over HTTP
    2. each client of R does so, for three heartbeats at least
    3. the ports are opened again
    """
    if not choices.https_ports:
        return
    title = "Shut the HTTPS client port of each server in its firewall"
    yield drill_task(title, ShutHttps(ports=choices.https_ports), wave)
    title = "Wait until every client of the relaxed groups has come over HTTP"
    yield drill_gate(title, GatePurpose.LISTED, wave, asked=choices.relaxed, patience=choices.limits.gate_patience)
    yield opened_again(choices.https_ports, wave)


def opened_again(ports: tuple[HttpsPort, ...], wave: int = 0) -> Console:
    """The ports of a drill opened again."""
    return drill_task("Open the HTTPS client port of each server again", OpenHttps(ports=ports), wave)
