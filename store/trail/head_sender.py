"""From the file of heads to the webhook: what it has not taken stays in the file, and is sent when it is back.

The file is the queue. Beside it lies how far it was sent; the process that holds that file locked is the one that
sends. A head may be sent twice, where a process ends between its delivery and the note of it.
"""

import asyncio
import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import structlog

from store.trail.heads import Heads
from store.trail.webhook import Webhook, WebhookAway, WebhookRefused

_TRIES = 5
_FIRST_PAUSE = timedelta(seconds=1)
"""Before the second try; twice as long before each further one."""
_EVERY = timedelta(seconds=30)
"""Heads of other processes are looked for as often."""
_AFTER_FAILURE = timedelta(minutes=5)
_BATCH = 64 << 10
"""Bytes of the file that are sent at once, at most."""
_log = structlog.get_logger(__name__)


class _Sent(NamedTuple):
    """How far a file was sent. A file with another inode is another one."""

    inode: int
    offset: int


class HeadSender:
    """Keeps heads that wait, and brings those of the file to a webhook where one is set."""

    def __init__(self, heads: Heads, webhook: Webhook | None = None, *, pause: timedelta = _FIRST_PAUSE) -> None:
        self._heads = heads
        self._webhook = webhook
        self._pause = pause
        self._fails = False

    async def run(self) -> None:
        """Go on until cancelled. A service runs this beside its work."""
        not_before = 0.0
        while True:
            self._heads.grown.clear()
            try:
                await self._heads.flush(every=False)
                if time.monotonic() >= not_before and not await self.send():
                    not_before = time.monotonic() + _AFTER_FAILURE.total_seconds()
            except Exception:  # noqa: BLE001 - whatever fails, the next heads must be sent
                _log.exception("heads of trails cannot be sent")
                not_before = time.monotonic() + _AFTER_FAILURE.total_seconds()
            with suppress(TimeoutError):
                async with asyncio.timeout(_EVERY.total_seconds()):
                    await self._heads.grown.wait()

    async def send(self) -> bool:
        """Send what was not sent. False: some of it waits, and the log says once why."""
        if self._webhook is None or self._heads.file is None:
            return True
        with _locked(self._heads.file) as place:
            if place is None:  # another process sends
                return True
            while (part := _next(self._heads.file, _read(place))) is not None:
                lines, sent = part
                if lines and not await self._taken(self._webhook, lines):
                    return False
                _write(place, sent)
        return True

    def waiting(self) -> int | None:
        """How many heads the webhook has not taken; None where there is none."""
        if self._webhook is None or self._heads.file is None:
            return None
        try:
            place = os.open(_beside(self._heads.file), os.O_RDONLY)
        except FileNotFoundError:
            sent = _Sent(0, 0)
        else:
            sent = _read(place)
            os.close(place)
        waiting = 0
        while (part := _next(self._heads.file, sent)) is not None:
            waiting, sent = waiting + len(part[0]), part[1]
        return waiting

    async def close(self) -> None:
        """Close the connections."""
        if self._webhook is not None:
            await self._webhook.close()

    async def _taken(self, webhook: Webhook, lines: list[object]) -> bool:
        content, pause = json.dumps({"heads": lines}, separators=(",", ":")), self._pause
        for left in reversed(range(_TRIES)):
            try:
                await webhook.send(content)
            except (WebhookAway, WebhookRefused) as fault:
                if isinstance(fault, WebhookRefused) or not left:
                    self._note_failure(str(fault))
                    return False
                await asyncio.sleep(pause.total_seconds())
                pause *= 2
            else:
                if self._fails:
                    _log.info("heads of trails are sent again", webhook=webhook.where)
                self._fails = False
                return True
        return False

    def _note_failure(self, reason: str) -> None:
        if not self._fails:  # once, and not with every try
            _log.warning("heads of trails wait for the webhook", reason=reason, file=str(self._heads.file))
        self._fails = True


@contextmanager
def _locked(file: Path) -> Iterator[int | None]:
    """The descriptor of what says how far `file` was sent; None while another process holds it."""
    place = os.open(_beside(file), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield place
    finally:
        os.close(place)


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.sent")


def _read(place: int) -> _Sent:
    """How far a file was sent; from its beginning where that is not to be read."""
    try:
        inode, offset = os.pread(place, 100, 0).split()
        return _Sent(int(inode), int(offset))
    except ValueError:
        return _Sent(0, 0)


def _write(place: int, sent: _Sent) -> None:
    text = f"{sent.inode} {sent.offset}\n".encode()
    os.ftruncate(place, 0)
    os.pwrite(place, text, 0)
    os.fsync(place)


def _next(file: Path, sent: _Sent) -> tuple[list[object], _Sent] | None:
    """The next heads that were not sent, and how far the file is sent with them; None when all of it was."""
    try:
        with file.open("rb") as lines:
            found = os.fstat(lines.fileno())
            begin = sent.offset if sent.inode == found.st_ino and sent.offset <= found.st_size else 0
            lines.seek(begin)
            part = lines.read(_BATCH)
    except FileNotFoundError:
        return None
    whole = part[: part.rfind(b"\n") + 1]
    if not whole:  # nothing, or a line that is being written; one that fills a whole part is none of ours
        return ([], _Sent(found.st_ino, begin + len(part))) if len(part) == _BATCH else None
    return [head for line in whole.splitlines() if (head := _head(line))], _Sent(found.st_ino, begin + len(whole))


def _head(line: bytes) -> object:
    """What a line holds; nothing for one that was cut off."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
