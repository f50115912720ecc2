"""What all tests of a process share: read before each test, and compared and put back after it.

Which tests share a process, and in what order they run, is chance. One that leaves something changed would make another
one fail some day; here it fails itself, and the others do not notice.
"""

import logging
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any

import hypothesis
import pytest
import structlog
from structlog._config import BoundLoggerLazyProxy
from temporalio import activity, workflow


@dataclass(frozen=True)
class Shared:
    """Something that all tests of a process share."""

    name: str
    read: Callable[[], Any]
    restore: Callable[[Any], object]


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}


def _restore_environment(known: dict[str, str]) -> None:
    for name in _environment().keys() - known.keys():
        del os.environ[name]
    os.environ.update(known)


def _umask() -> int:
    os.umask(mask := os.umask(0o077))
    return mask


def _handlers() -> dict[signal.Signals, Any]:
    # pytest-timeout has the alarm
    return {each: signal.getsignal(each) for each in signal.valid_signals() - {signal.SIGALRM} if _is_named(each)}


def _is_named(number: int) -> bool:
    return isinstance(number, signal.Signals) and number not in {signal.SIGKILL, signal.SIGSTOP}


def _restore_handlers(known: dict[signal.Signals, Any]) -> None:
    for number, handler in known.items():
        if signal.getsignal(number) is not handler:
            signal.signal(number, handler)


def _loggers() -> Iterator[logging.Logger]:
    yield logging.root
    for name, each in list(logging.root.manager.loggerDict.items()):
        # uvicorn sets its own for every server
        if isinstance(each, logging.Logger) and not name.startswith("uvicorn"):
            yield each


_DISABLED = "disabled up to"
_AS_MADE = (logging.NOTSET, (), True, False)


def _logging() -> dict[str, Any]:
    """How every logger is set that is not as it was made; a handler that writes nothing changes nothing."""
    set_so = {
        each.name: (
            each.level,
            tuple(handler for handler in each.handlers if not isinstance(handler, logging.NullHandler)),
            each.propagate,
            each.disabled,
        )
        for each in _loggers()
    }
    changed = {name: how for name, how in set_so.items() if how != _AS_MADE}
    return {**changed, _DISABLED: logging.root.manager.disable}


def _restore_logging(known: dict[str, Any]) -> None:
    logging.root.manager.disable = known[_DISABLED]
    for each in _loggers():
        level, handlers, each.propagate, each.disabled = known.get(each.name, _AS_MADE)
        each.setLevel(level)
        each.handlers[:] = handlers


def _structlog() -> dict[str, Any]:
    config = structlog.get_config()
    return {**config, "processors": list(config["processors"])}


def _restore_structlog(known: dict[str, Any]) -> None:
    structlog.configure(**known)
    # a logger that was used meanwhile may have kept that configuration for good
    for module in list(sys.modules.values()):
        for each in list(vars(module).values()):
            if type(each) is BoundLoggerLazyProxy:
                vars(each).pop("bind", None)


def _restore_context(known: dict[str, Any]) -> None:
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**known)


def _ids_on_messages() -> tuple[bool, bool]:
    return workflow.logger.workflow_info_on_message, activity.logger.activity_info_on_message


def _restore_ids_on_messages(known: tuple[bool, bool]) -> None:
    workflow.logger.workflow_info_on_message, activity.logger.activity_info_on_message = known


SHARED = (
    Shared("environment variables", _environment, _restore_environment),
    Shared("the working directory", os.getcwd, os.chdir),
    Shared("the mask of new files", _umask, os.umask),
    Shared("signal handlers", _handlers, _restore_handlers),
    Shared("loggers", _logging, _restore_logging),
    Shared("structlog's configuration", _structlog, _restore_structlog),
    Shared("structlog's context", structlog.contextvars.get_contextvars, _restore_context),
    Shared("what Temporal's loggers say", _ids_on_messages, _restore_ids_on_messages),
    Shared("Python's path", lambda: list(sys.path), lambda known: sys.path.__setitem__(slice(None), known)),
    Shared("arguments", lambda: list(sys.argv), lambda known: sys.argv.__setitem__(slice(None), known)),
    Shared("the timeout of sockets", socket.getdefaulttimeout, socket.setdefaulttimeout),
    Shared("the temporary folder", tempfile.gettempdir, lambda known: setattr(tempfile, "tempdir", known)),
    Shared("hypothesis' profile", hypothesis.settings.get_current_profile_name, hypothesis.settings.load_profile),
)


def read() -> tuple[Any, ...]:
    """The shared state, as it is now."""
    return tuple(each.read() for each in SHARED)


def put_back(known: tuple[Any, ...]) -> list[str]:
    """Put back what is not as it was, and return a line for each."""
    changes = []
    for shared, before in zip(SHARED, known, strict=True):
        now = shared.read()
        if now != before:
            shared.restore(before)
            changes.append(f"{shared.name}: {_difference(before, now)}")
    return changes


def _difference(before: Any, now: Any) -> str:
    if isinstance(before, dict) and isinstance(now, dict):
        names = [name for name in before.keys() | now.keys() if before.get(name) != now.get(name)]
        before, now = ({name: each.get(name) for name in names} for each in (before, now))
    return f"{before!r} became {now!r}"


_BEFORE = pytest.StashKey[tuple[Any, ...]]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Read the shared state before any fixture of a test."""
    item.stash[_BEFORE] = read()
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Compare the shared state after the last fixture of a test."""
    known = item.stash[_BEFORE]
    try:
        ended = yield
    except BaseException:
        put_back(known)
        raise
    if left := put_back(known):
        pytest.fail(f"this test left changed what others share: {'; '.join(left)}", pytrace=False)
    return ended


@pytest.fixture
def restored_process() -> Iterator[None]:
    """Whatever a test that sets up its own process changes there is put back after it."""
    known = read()
    yield
    put_back(known)
