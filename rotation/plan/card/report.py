"""The command that reports a task as done, with its evidence by name."""

from collections.abc import Iterable, Sequence
from shlex import quote

from rotation.plan.work.client_look import LookAtClients
from rotation.plan.work.copied import NAME, ORDER, PORTS, PROTOCOL
from rotation.plan.work.hand_outs import STOPPED
from rotation.plan.work.signed_files import date_names
from rotation.plan.work.signed_together import compared_servers
from rotation.plan.work.stated_work import ORIGINALS_SHA256, REFRESHED, STARTED
from rotation.plan.work.task import (
    CompareSignedFiles,
    CopyList,
    RefreshImages,
    ReorderList,
    SaveRecoveryFile,
    StartHandOuts,
    StopHandOuts,
    Work,
)
from rotation.values import ServerName, TaskId


def report_command(work: Work, task_id: TaskId) -> str:
    """As it is typed. What the operator has seen stands in capitals: a command that is copied whole proves nothing."""
    return " ".join(("rotator tasks done", quote(task_id), *_options(work)))


def _options(work: Work) -> Iterable[str]:
    match work:
        case CopyList():
            yield from _evidence({NAME: "NAME", PROTOCOL: "PROTOCOL", PORTS: "'SERVER=PORT, SERVER=PORT'"})
        case ReorderList():
            yield from _evidence({ORDER: "'SERVER, SERVER; SERVER'"})
        case CompareSignedFiles():
            yield from _dates(compared_servers(work))
        case StopHandOuts():
            yield from _evidence({STOPPED: "'KIND: NAME; KIND: NAME'"})
        case RefreshImages():
            yield from _evidence({REFRESHED: "'GROUP: IMAGES; GROUP: IMAGES'"})
        case StartHandOuts():
            yield from _evidence({STARTED: "'NAME; NAME'"})
        case SaveRecoveryFile():
            yield "--file recovery_TIMESTAMP.zip"
            yield f"[--evidence {ORIGINALS_SHA256}=SHA256]"
            if work.asks_hand_outs:
                yield from _evidence({STOPPED: "'KIND: NAME; KIND: NAME'"})
        case LookAtClients():
            yield from _dates(work.compares)
            yield from (f"--client {quote(each.name)} --sylink FILE --age-minutes MINUTES" for each in work.builds)
        case _:
            return


def _dates(servers: Sequence[ServerName]) -> Iterable[str]:
    return _evidence({quote(name): "TIME" for names in date_names(servers).values() for name in names})


def _evidence(named: dict[str, str]) -> Iterable[str]:
    return (f"--evidence {name}={value}" for name, value in named.items())
