"""What a drill has taken away, or given back: what the probe finds (rule 18)."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from engine.contract import GateRequest, ObserveTaskAnswer
from rotation.plan.outage import GivesBack, Takes
from rotation.plan.step import Gate, GatePurpose
from rotation.plan.work.https_drill import OpenHttps, ShutHttps
from rotation.plan.work.stop_drill import StartServer, StopServer
from rotation.proof.outage import OutageSeen
from rotation.proof.reading import Seen
from rotation.site import Server
from rotation.values import ServerName
from service.scope import StepScope
from service.world import World

_SECOND = timedelta(seconds=1)


async def answering(world: World, scope: StepScope) -> tuple[ServerName, ...]:
    """The servers that answer though a drill has them shut or stopped; none at any other step."""
    match scope.step:
        case Gate(purpose=GatePurpose.LISTED):
            return await _over_https(world, scope.site.servers)
        case Gate(purpose=GatePurpose.ELSEWHERE, server=server) if server is not None:
            return await _at_all(world, scope.site.server(server))
        case _:
            return ()


async def down_beside(world: World, scope: StepScope) -> tuple[ServerName, ...]:
    """The servers that answer on no port, where a gate behind a replacement is read; at other steps none (rule 20)."""
    step = scope.step
    if isinstance(step, Gate) and step.purpose is not GatePurpose.SWAPPED:
        return ()
    up = await _over_https(world, scope.site.servers)
    return tuple([each.name for each in scope.site.servers if each.name not in up and await _is_down(world, each)])


async def with_outage(
    world: World, scope: StepScope, seen: Seen, request: GateRequest, clock: datetime, *, before: Collection[ServerName]
) -> Seen:
    """What was read, with since when it is away. One port that answers is enough for a client to have come that way.

    Then no check-in of before this reading shows anything.

    Args:
        world: to probe in.
        scope: of the gate.
        seen: what was read.
        request: with since when it is away, as far as the readings before this one know.
        clock: SEPM's clock behind this reading.
        before: the servers that answered right before it.
    """
    step = scope.step
    if not isinstance(step, Gate) or step.purpose not in {GatePurpose.LISTED, GatePurpose.ELSEWHERE}:
        return seen
    there = tuple(dict.fromkeys((*before, *await answering(world, scope))))
    since = None if there else request.outage_since or clock + _SECOND
    silent: tuple[ServerName, ...] = ()
    if step.purpose is GatePurpose.ELSEWHERE:
        others = tuple(each for each in scope.site.servers if each.name != step.server)
        up = await _over_https(world, others)
        silent = tuple(each.name for each in others if each.name not in up)
    return seen.model_copy(update={"outage": OutageSeen(since=since, there=there, silent=silent)})


async def _over_https(world: World, servers: tuple[Server, ...]) -> tuple[ServerName, ...]:
    return tuple(seen.server for seen in await world.served(servers) if seen.answers)


async def _at_all(world: World, server: Server | None) -> tuple[ServerName, ...]:
    """The server, where it answers over HTTPS or over HTTP."""
    if server is None:
        return ()
    return (await _over_https(world, (server,))) or (() if await _is_down(world, server) else (server.name,))


async def outage_evidence(
    world: World, scope: StepScope, work: Takes | GivesBack, *, confirmed: bool
) -> ObserveTaskAnswer:
    """Whether what a drill takes away is away, or there again.

    Args:
        world: to probe in.
        scope: of the task.
        work: the task.
        confirmed: whether the operator who holds the task says that it is done. That counts for the port of a server
            that answers over neither HTTPS nor HTTP: it is down, and its port shows nothing.

    Raises:
        SepmError: when SEPM could not be asked what time it is.
    """
    match work:
        case ShutHttps():
            still = await _over_https(world, scope.site.servers)
            text = f"{', '.join(still)} still answers over HTTPS" if still else "no server answers over HTTPS"
            return await _away(world, scope, text, away=not still)
        case StopServer():
            running = await _at_all(world, scope.site.server(work.server))
            text = f"{work.server} {'still answers' if running else 'answers neither over HTTPS nor over HTTP'}"
            return await _away(world, scope, text, away=not running)
        case OpenHttps():
            return await _there(world, _asked(scope, (port.server for port in work.ports)), confirmed=confirmed)
        case StartServer():
            return await _there(world, _asked(scope, (work.server,)), confirmed=False)


async def _away(world: World, scope: StepScope, text: str, *, away: bool) -> ObserveTaskAnswer:
    if not away:
        return ObserveTaskAnswer(done=False, seen=text)
    async with await world.sepm(scope.site) as client:
        # rounded up: clocks are known to the second, and a check-in from before must not count
        clock = await client.clock() + _SECOND
    return ObserveTaskAnswer(done=True, seen=text, outage_since=clock)


async def _there(world: World, asked: tuple[Server, ...], *, confirmed: bool) -> ObserveTaskAnswer:
    """The look that follows reads the certificate that a port presents, and names one that it should not present."""
    up = await _over_https(world, asked)
    silent = [server for server in asked if server.name not in up]
    missing = [server.name for server in silent if not (confirmed and await _is_down(world, server))]
    if missing:
        return ObserveTaskAnswer(done=False, seen=f"{', '.join(missing)} does not answer over HTTPS yet")
    return ObserveTaskAnswer(done=True, seen=f"{', '.join(each.name for each in asked)} answers over HTTPS again")


async def _is_down(world: World, server: Server) -> bool:
    return not (await world.probe.probe_http(server)).answers


def _asked(scope: StepScope, names: Iterable[ServerName]) -> tuple[Server, ...]:
    """The servers of the task, as the site has them now."""
    named = set(names)
    return tuple(server for server in scope.site.servers if server.name in named)
