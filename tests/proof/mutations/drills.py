"""Mutations of the drill with HTTPS shut (rule 18), each in its known scenario."""

from rotation.plan.https_drill import OpenHttps
from rotation.plan.step import Console
from rotation.procedure import steps
from rotation.proof import coverage
from tests.proof.mutation import mutation


@mutation(
    rule="18",
    replaces=coverage.came_over_http,
    hole="agents of another kind take the list late, and HTTPS is shut",
)
def the_drill_with_https_shut_asks_nobody(original, *args):  # noqa: ARG001 - as the rule it replaces
    """The ports are shut and opened again, and whoever has not come meanwhile is taken to hold the list."""
    return True


@mutation(rule="18", replaces=steps.turning_back, hole="a cancel comes while HTTPS is shut")
def https_stays_shut(original, *args):
    """A cancel puts settings back, and forgets the ports that were shut."""
    back = original(*args)
    return tuple(step for step in back if not (isinstance(step, Console) and isinstance(step.work, OpenHttps)))


MUTATIONS = (the_drill_with_https_shut_asks_nobody, https_stays_shut)
