"""The heads of trails outside of the database: what shows that the end of a trail was cut off.

A chain of hashes shows what was changed in its middle. That its last events are gone, or that another one
stands in its place as a whole, shows against a head only that is kept where a writer of the database does not reach: in
a file, or with syslog.
"""

import asyncio
import json
import logging.handlers
import os
import time
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from rotation.values import Value
from store.database.chain import ChainHead
from store.fault import StoreFault
from store.keys.mac_key import Codes, MacKey

_LABEL = "head of a trail"
_SYSLOG_PORT = 514
_SPACING = timedelta(minutes=1)
"""Between heads of a trail that grows often."""
_log = structlog.get_logger(__name__)


class KeptHeads(Value):
    """The heads that a file holds."""

    heads: Mapping[str, tuple[ChainHead, ...]]
    """By the name of the trail."""
    unknown: int
    """Lines that this store's key did not seal, or that are cut."""


class Heads:
    """Appends heads to a file of the owner's, sends them to syslog, or both. Each is sealed by a code.

    From the file, `store.trail.head_sender` brings them to a webhook.
    """

    def __init__(self, mac_key: MacKey, file: Path | None = None, syslog: str | None = None) -> None:
        self._mac_key = mac_key
        self.file = file
        self._syslog = _syslog(syslog) if syslog else None
        self._fails = False
        self._noted: dict[str, float] = {}
        self._held: dict[str, ChainHead] = {}
        self.grown = asyncio.Event()
        """Set with each head that is kept."""

    async def note(self, trail: str, head: ChainHead, *, often: bool = False) -> None:
        """Keep where a trail ends. A place that cannot be written is logged: the event itself is stored already.

        Args:
            trail: its name.
            head: where it ends.
            often: whether the trail may grow many times in a minute. Then one head a minute is kept at once; a later
                one waits for the minute to pass, or for `flush`.
        """
        if self.file is None and self._syslog is None:
            return
        if often and self._is_fresh(trail):
            self._held[trail] = head
            return
        self._held.pop(trail, None)
        await self._keep(trail, head)
        await self.flush(every=False)

    async def flush(self, *, every: bool = True) -> None:
        """Keep the heads that wait: all, or those only whose minute has passed."""
        for trail in [each for each in self._held if every or not self._is_fresh(each)]:
            await self._keep(trail, self._held.pop(trail))

    def _is_fresh(self, trail: str) -> bool:
        return trail in self._noted and time.monotonic() - self._noted[trail] < _SPACING.total_seconds()

    async def _keep(self, trail: str, head: ChainHead) -> None:
        self._noted[trail] = time.monotonic()
        try:
            line = _line(await self._mac_key.codes(), trail, head)
        except StoreFault as fault:
            _log.warning("the head of a trail is not kept outside", trail=trail, reason=str(fault))
            return
        if self.file is not None:
            self._to_file(self.file, line)
        if self._syslog is not None:
            self._syslog.emit(logging.LogRecord("rotator", logging.INFO, "", 0, f"rotator head {line}", None, None))
        self.grown.set()

    def _to_file(self, file: Path, line: str) -> None:
        try:
            _append(file, line)
        except OSError as error:
            if not self._fails:  # once, and not with every event
                _log.warning("heads of trails are not kept outside", path=str(file), reason=error.strerror)
            self._fails = True
        else:
            self._fails = False

    async def kept(self) -> KeptHeads:
        """All heads of the file; none where there is no file.

        Raises:
            OSError: when the file is there and cannot be read.
        """
        codes, heads, unknown = await self._mac_key.codes(), defaultdict[str, list[ChainHead]](list), 0
        for line in _lines(self.file):
            found = _read(codes, line)
            if found is None:
                unknown += 1
            else:
                heads[found[0]].append(found[1])
        return KeptHeads(heads={trail: tuple(each) for trail, each in heads.items()}, unknown=unknown)

    def close(self) -> None:
        """Close the connection to syslog."""
        if self._syslog is not None:
            self._syslog.close()


def _syslog(where: str) -> logging.handlers.SysLogHandler:
    """`/dev/log`, or `HOST:PORT` over UDP."""
    if where.startswith("/"):
        return logging.handlers.SysLogHandler(where)
    host, _, port = where.partition(":")
    return logging.handlers.SysLogHandler((host, int(port or _SYSLOG_PORT)))


def _line(codes: Codes, trail: str, head: ChainHead) -> str:
    code = codes.code(_LABEL, trail, head.number, head.hash)
    kept = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "trail": trail, **head.model_dump(), "code": code}
    return json.dumps(kept, separators=(",", ":"))


def _read(codes: Codes, line: str) -> tuple[str, ChainHead] | None:
    """The head in a line; None when its code does not fit."""
    try:
        kept = json.loads(line)
        trail, head = str(kept["trail"]), ChainHead(number=kept["number"], hash=kept["hash"])
        fits = codes.fits(str(kept["code"]), _LABEL, trail, head.number, head.hash)
    except (ValueError, KeyError, TypeError):
        return None
    return (trail, head) if fits else None


def _append(file: Path, line: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # one write of a short line: processes that append at once do not mix
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        # a line that was cut off (a full disk, a crash) must not take the next one with it
        os.write(descriptor, f"\n{line}\n".encode())
    finally:
        os.close(descriptor)


def _lines(file: Path | None) -> list[str]:
    try:
        lines = [] if file is None else file.read_text("utf-8", errors="replace").splitlines()
        return [line for line in lines if line]
    except FileNotFoundError:
        return []
