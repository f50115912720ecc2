"""Mutations of the drills of rule 18, each in its known scenario."""

from rotation.plan.step import Console
from rotation.plan.work.https_drill import OpenHttps
from rotation.plan.work.stop_drill import StartServer
from rotation.procedure import steps
from rotation.proof import outage
from tests.proof.mutation import mutation


def _without(back, kind):
    """The steps of a cancel without those of that work."""
    return tuple(step for step in back if not (isinstance(step, Console) and isinstance(step.work, kind)))


@mutation(
    rule="18",
    replaces=outage.came_over_http,
    hole="agents of another kind take the list late, and HTTPS is shut",
)
def the_drill_with_https_shut_asks_no_client(original, *args):  # noqa: ARG001 - as the rule it replaces
    """The ports are shut and opened again, and a client that has not come meanwhile counts as holding the list."""
    return True


@mutation(rule="18", replaces=steps.turning_back, hole="a cancel comes while HTTPS is shut")
def https_stays_shut(original, *args):
    """A cancel puts settings back, and forgets the ports that were shut."""
    return _without(original(*args), OpenHttps)


@mutation(
    rule="18",
    replaces=outage.came_elsewhere,
    hole="clients were seen at two servers, and reach one only where they are, and servers are stopped",
)
def the_drill_with_a_stopped_server_asks_no_client(original, *args):  # noqa: ARG001 - as the rule it replaces
    """A server is stopped and started again, and a client that has not come meanwhile counts as finding another."""
    return True


@mutation(rule="18", replaces=steps.turning_back, hole="a cancel comes while a server is stopped")
def the_stopped_server_stays_stopped(original, *args):
    """A cancel puts settings back, and forgets the server that was stopped."""
    return _without(original(*args), StartServer)


MUTATIONS = (
    the_drill_with_https_shut_asks_no_client,
    https_stays_shut,
    the_drill_with_a_stopped_server_asks_no_client,
    the_stopped_server_stays_stopped,
)
