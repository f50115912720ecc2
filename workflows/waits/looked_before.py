"""Settings are written only at a site that is as the rotation left it, by hand as over REST."""

from rotation.finding import Finding, blocking
from rotation.plan.step import Step, Write
from workflows.hosts.procedure_change import ProcedureChange
from workflows.running import Running
from workflows.waits.unreported import makes_verify


def relaxes(run: Running, step: Step) -> bool:
    """Whether a step relaxes clients while the site is held against the plan."""
    relaxes_clients = isinstance(step, Write) and not step.restores
    return relaxes_clients and not run.state.puts_back and run.host.goes_by(ProcedureChange.RELAXING_BY_HAND_WAITS)


def looks_before(run: Running, step: Step) -> bool:
    """Whether a look comes right before each operator claims the work."""
    return makes_verify(run, step) or relaxes(run, step)


def stands_against(run: Running) -> tuple[Finding, ...]:
    """What the last look found, and a person must decide about, or put right, before settings are written."""
    drift = (each for each in run.state.drift if each.blocks)
    return tuple(blocking(each.code, each.subject, each.message, each.remedy) for each in drift)
