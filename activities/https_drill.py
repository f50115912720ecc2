"""HTTPS client ports that a drill has shut, or opened again: what the probe finds (rule 18)."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from activities.scope import StepScope
from activities.world import World
from engine.contract import GateRequest, ObserveTaskAnswer
from rotation.plan.https_drill import HttpsPort, OpenHttps, ShutHttps
from rotation.plan.step import Gate, GatePurpose
from rotation.proof.reading import Seen
from rotation.site import Server, Site
from rotation.values import ServerName

_SECOND = timedelta(seconds=1)


async def answering(world: World, scope: StepScope) -> tuple[ServerName, ...]:
    """The servers that answer over HTTPS though a drill has it shut; none where no gate asks who comes meanwhile."""
    asks = isinstance(scope.step, Gate) and scope.step.purpose is GatePurpose.LISTED
    return await _answering(world, scope.site) if asks else ()


async def with_ports(
    world: World, scope: StepScope, seen: Seen, request: GateRequest, clock: datetime, *, before: Collection[ServerName]
) -> Seen:
    """What was read, with since when HTTPS is shut. One port that answers is enough for a client to have come that way.

    Then no check-in of before this reading shows anything.

    Args:
        world: to probe in.
        scope: of the gate.
        seen: what was read.
        request: with since when it is shut, as far as the readings before this one know.
        clock: SEPM's clock behind this reading.
        before: the servers that answered right before it.
    """
    if not isinstance(scope.step, Gate) or scope.step.purpose is not GatePurpose.LISTED:
        return seen
    answer = tuple(dict.fromkeys((*before, *await _answering(world, scope.site))))
    since = None if answer else request.https_shut or clock + _SECOND
    return seen.model_copy(update={"https_shut": since, "https_open": answer})


async def _answering(world: World, site: Site) -> tuple[ServerName, ...]:
    return tuple(seen.server for seen in await world.served(site.servers) if seen.answers)


async def ports_evidence(
    world: World, scope: StepScope, work: ShutHttps | OpenHttps, *, said: bool
) -> ObserveTaskAnswer:
    """Whether the ports are shut, or answer again.

    Args:
        world: to probe in.
        scope: of the task.
        work: the task.
        said: whether its holder says that it is done. The word counts for a server that answers over neither HTTPS nor
            HTTP: it is down, and its port shows nothing.

    Raises:
        SepmError: when SEPM could not be asked what time it is.
    """
    if isinstance(work, OpenHttps):
        return await _opened(world, scope, work, said=said)
    if still := await _answering(world, scope.site):
        return ObserveTaskAnswer(done=False, seen=f"{', '.join(still)} still answers over HTTPS")
    async with await world.sepm(scope.site) as client:
        # rounded up: clocks are known to the second, and a check-in from before must not count
        clock = await client.clock() + _SECOND
    return ObserveTaskAnswer(done=True, seen="no server answers over HTTPS", https_shut=clock)


async def _opened(world: World, scope: StepScope, work: OpenHttps, *, said: bool) -> ObserveTaskAnswer:
    """What certificate a port presents is asked by the look that follows, which names another one than it should."""
    served = zip(asked := _asked(scope, work.ports), await world.served(asked), strict=True)
    silent = [server for server, seen in served if not seen.answers]
    shut = [server.name for server in silent if not (said and await _is_down(world, server))]
    if shut:
        return ObserveTaskAnswer(done=False, seen=f"{', '.join(shut)} does not answer over HTTPS yet")
    return ObserveTaskAnswer(done=True, seen="each server answers over HTTPS again")


async def _is_down(world: World, server: Server) -> bool:
    return not (await world.probe.probe_http(server)).answers


def _asked(scope: StepScope, ports: Iterable[HttpsPort]) -> tuple[Server, ...]:
    """The servers of the task, as the site has them now."""
    named = {each.server for each in ports}
    return tuple(server for server in scope.site.servers if server.name in named)
