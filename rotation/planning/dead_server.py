"""Going on without a server that is down for good: its certificate stays as it is (rules 15, 20)."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from rotation.drift.earlier_survey import relaxed_now
from rotation.plan.outage import GivesBack, Takes
from rotation.plan.plan import PlanBody
from rotation.plan.step import Console, Gate, GatePurpose, Holdout, Recheck, Step, Write
from rotation.plan.work.client_look import LookAtClients
from rotation.plan.work.stop_drill import StartServer, StopServer
from rotation.plan.work.task import CompareSignedFiles, ReplaceCertificate
from rotation.values import ServerName


def finish_without(approved: PlanBody, servers: Collection[ServerName], *, at: str) -> PlanBody:
    """The body that goes on after the step `at` without the replacements of `servers`.

    1. their replacements go, with the look before, and the gate and the task after each; the gate stays where clients
       verify next, and asks of the server that was replaced last: until now it may have left clients that are away to
       the one after it
    2. where no other replacement is left: nothing is relaxed any more, and no gate waits for clients that a replacement
       would cut off; what is relaxed now is restored
    3. no replacement asks a gate any more that has gone
    4. no server is stopped for a drill any more, while another one is down
    5. the rest stays as it was approved
    """
    index = approved.steps.index(approved.step(at))
    done, ahead = approved.steps[: index + 1], approved.steps[index + 1 :]
    left = list(_left(done, ahead, servers))
    if not any(_replaces(step) for step in left):
        left = list(_ending(left, relaxed=bool(relaxed_now(approved, at))))
    return approved.model_copy(
        update={
            "certificates": tuple(chosen for chosen in approved.certificates if chosen.server not in servers),
            "holdouts": tuple(server for server in approved.holdouts if server not in servers),
            "waves": tuple(
                wave for each in approved.waves if (wave := tuple(server for server in each if server not in servers))
            ),
            "steps": (*done, *_asking_what_is_there(done, left)),
        }
    )


def go_back_without(approved: PlanBody, server: ServerName, *, at: str) -> PlanBody:
    """The body of a way back that goes on after the step `at` and leaves the new certificate in `server`.

    1. its gate goes, and its files are not compared; where clients verify next, the gate stays and asks of the server
       that got its old certificate back last: until now it may have left clients to the one after it
    2. a holdout goes where no server has got its old certificate back before it: clients that are away know them all
    3. the rest stays as it was approved
    """
    index = approved.steps.index(approved.step(at))
    done, ahead = approved.steps[: index + 1], approved.steps[index + 1 :]
    due = [chosen for chosen in approved.certificates if chosen.server != server]
    back = [step for step in done if step in approved.way_back and _server(step) in {each.server for each in due}]
    left = [
        step.model_copy(update={"title": f"Wait until clients know the old certificate of {step.server}"})
        if isinstance(step, Gate) and step not in ahead
        else step
        for step in _left(back, ahead, {server})
        if back or not isinstance(step, Holdout) or any(_replaces(each) for each in ahead[: ahead.index(step)])
    ]
    return approved.model_copy(
        update={
            "certificates": tuple(due),
            "holdouts": tuple(each for each in approved.holdouts if each != server),
            "waves": tuple(wave for each in approved.waves if (wave := tuple(name for name in each if name != server))),
            "steps": (*done, *_asking_what_is_there(done, left)),
        }
    )


def _asking_what_is_there(done: Sequence[Step], left: Sequence[Step]) -> Iterator[Step]:
    """The steps ahead; a replacement keeps only the gates that are still in the plan, as no other can be read."""
    there = {step.id for step in (*done, *left)}
    for step in left:
        if isinstance(step, Console) and not there.issuperset(step.holds):
            yield step.model_copy(update={"holds": tuple(gate for gate in step.holds if gate in there)})
        else:
            yield step


def _left(done: Sequence[Step], ahead: Sequence[Step], servers: Collection[ServerName]) -> Iterator[Step]:
    """The steps ahead without those of `servers`, but for a gate after which clients verify."""
    replaced = (_server(step) for step in reversed(done) if _replaces(step))
    last = next((server for server in replaced if server not in servers), None)
    for index, step in enumerate(ahead):
        here = _server(step)
        if _stops(step):
            continue
        following = [each for each in ahead[index + 1 :] if not _stops(each)]
        if _looks_before(step, following[:1], servers):
            continue
        if here not in servers:
            last = here if _replaces(step) else last
            yield step
        elif isinstance(step, Gate) and last is not None and _verifies_next(ahead[index + 1 :], servers):
            title = f"Wait until every client knows the new certificate of {last}"
            yield step.model_copy(update={"server": last, "title": title})


def _looks_before(step: Step, following: Sequence[Step], servers: Collection[ServerName]) -> bool:
    """Whether clients are looked at for a replacement that goes."""
    looks = isinstance(step, Console) and isinstance(step.work, LookAtClients)
    return looks and any(_replaces(each) and _server(each) in servers for each in following)


def _stops(step: Step) -> bool:
    """Whether a step is of the drill that stops a server: its clients would need the one that is down."""
    works = isinstance(step, Console) and isinstance(step.work, StopServer | StartServer)
    return works or (isinstance(step, Gate) and step.purpose is GatePurpose.ELSEWHERE)


def _verifies_next(ahead: Iterable[Step], servers: Collection[ServerName]) -> bool:
    """Whether settings are restored before another certificate is replaced."""
    for step in ahead:
        if isinstance(step, Write):
            return step.restores
        if _replaces(step) and _server(step) not in servers:
            return False
    return False


def _server(step: Step) -> ServerName | None:
    """The server whose replacement a step is, or is about."""
    match step:
        case Console(work=ReplaceCertificate(server=server) | CompareSignedFiles(server=server)):
            return server
        case Gate(purpose=GatePurpose.SWAPPED, server=server):
            return server
        case _:
            return None


def _replaces(step: Step) -> bool:
    return isinstance(step, Console) and isinstance(step.work, ReplaceCertificate)


def _ending(left: Sequence[Step], *, relaxed: bool) -> Iterator[Step]:
    """What is left to do where nothing is replaced any more."""
    for step in left:
        match step:
            case Holdout() | Recheck() | Write(restores=False) | Gate(purpose=GatePurpose.RELAXED | GatePurpose.SIGNED):
                pass
            case Gate(purpose=GatePurpose.LISTED):
                pass
            case Console(work=work) if isinstance(work, Takes | GivesBack):
                pass
            case Write() | Gate() | Console(work=LookAtClients()) if not relaxed:
                pass
            case _:
                yield step
