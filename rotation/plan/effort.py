"""What the rules of proof ask of people beyond the vendor's list, and how each could be shown with less work.

Minutes are what a person needs who knows the console: estimates, not measured. Waiting counts for none.
"""

from collections.abc import Iterable, Iterator

from rotation.plan.plan import Plan
from rotation.plan.step import Console
from rotation.plan.work.client_look import LookAtClients
from rotation.plan.work.https_drill import OpenHttps, ShutHttps
from rotation.plan.work.signed_together import compared_later
from rotation.plan.work.stop_drill import StartServer, StopServer
from rotation.plan.work.task import CompareSignedFiles, RefreshImages, ReorderList, Work
from rotation.values import Value

_SCRIPT = 15
"""Handing the script to the company's own tool, and putting what it writes into one file."""
_NETWORK = 3
"""Asking the person who knows the firewall of a network."""
_IMAGES = 20
"""For each group of golden images."""
_REORDER = 5
_SIGNED = 5
_LOOK = 5
"""Fetching one file of each of two or three clients."""
_PORT = 2
"""Setting or dropping the firewall rule of a server."""
_SERVICES = 4
"""Stopping or starting the services of a server."""
_NAMES_A_MINUTE = 20
"""Names that a person reads before saying so by name."""


_TASKS: tuple[tuple[tuple[type, ...], str, str, str], ...] = (
    (
        (RefreshImages,),
        "4",
        "refresh golden images and install packages",
        "build the images by a job that takes the newest Sylink.xml, and run it",
    ),
    (
        (ReorderList,),
        "8",
        "reorder server lists for a drill, and put their order back",
        "survey more often before the next plan: clients of one priority move by themselves",
    ),
    (
        (LookAtClients,),
        "10",
        "look at the Sylink.xml of one client of each build, where a group has two",
        "bring the clients of a group to one build before; then there is no task",
    ),
    ((CompareSignedFiles,), "24", "compare the dates of .SIG files with that of the keystore", ""),
    (
        (ShutHttps, OpenHttps),
        "18",
        "shut the HTTPS client port of every server for the drill, and open it again",
        "let your own automation set and remove the firewall rule; it can do both tasks",
    ),
    (
        (StopServer, StartServer),
        "21",
        "stop the services of each server for the drill before its replacement, and start them again",
        "let your own automation stop and start them; it can do both tasks",
    ),
)
"""Kinds of work with their rule, what a person does, and what is cheaper."""


class Effort(Value):
    """What one rule asks of people."""

    rule: str
    """Its number in docs/proof.md."""
    what: str
    tasks: int = 0
    """Console tasks among it."""
    minutes: int
    cheaper: str = ""
    """How the same could be shown with less work; empty: this is the least."""


def extra_work(plan: Plan) -> tuple[Effort, ...]:
    """What each rule costs that asks something of people in this plan."""
    return tuple(each for each in _efforts(plan) if each.minutes)


def _efforts(plan: Plan) -> Iterator[Effort]:
    body = plan.body
    works = [step.work for step in body.steps if isinstance(step, Console)]
    together = [
        step.work
        for step in body.steps
        if isinstance(step, Console)
        and isinstance(step.work, CompareSignedFiles)
        and compared_later(body.steps, step, body.scopes) is not None
    ]
    yield from _by_name(plan)
    for kinds, rule, what, cheaper in _TASKS:
        theirs = [work for work in works if isinstance(work, kinds)]
        tasks = len(theirs) - sum(work in together for work in theirs)
        yield Effort(rule=rule, what=what, tasks=tasks, minutes=sum(_minutes(work) for work in theirs), cheaper=cheaper)
    codes = {finding.code for finding in plan.findings}
    yield Effort(
        rule="24",
        what="run the script that asks over plain HTTP on all clients, and upload its output",
        minutes=_SCRIPT if "http-shown" in codes else 0,
    )
    yield Effort(
        rule="24",
        what="ask a person who knows the firewalls whether plain HTTP gets through",
        minutes=_NETWORK * len(body.trusted_networks),
        cheaper="run the script (rotator network-script)" if len(body.trusted_networks) * _NETWORK > _SCRIPT else "",
    )


def _minutes(work: Work) -> int:
    match work:
        case RefreshImages():
            return _IMAGES * len(work.groups)
        case ReorderList():
            return _REORDER
        case LookAtClients():
            return _LOOK
        case CompareSignedFiles():
            return _SIGNED
        case ShutHttps() | OpenHttps():
            return _PORT * len(work.ports)
        case StopServer() | StartServer():
            return _SERVICES
        case _:
            return 0


def _by_name(plan: Plan) -> Iterator[Effort]:
    body = plan.body
    yield Effort(
        rule="1",
        what="read the names of clients that are left out",
        minutes=_reading(len(body.left_out)),
        cheaper="a longer wait needs no names, and clients that are gone for good can be deleted in the console",
    )
    yield Effort(
        rule="8",
        what="read the names of clients that are taken to fail over",
        minutes=_reading(sum(each.clients for each in body.on_trust)),
        cheaper="let a drill show it",
    )


def _reading(names: int) -> int:
    return -(-names // _NAMES_A_MINUTE)


def minutes(efforts: Iterable[Effort]) -> int:
    """All of it together."""
    return sum(each.minutes for each in efforts)
