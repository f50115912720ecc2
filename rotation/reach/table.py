"""Reading what the script has written: strict, since a line that is misread cuts clients off."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from rotation.finding import Finding, blocking
from rotation.network import network_of
from rotation.reach.answer import ReachAnswer
from rotation.text.plain_text import of_cell
from rotation.values import ServerName, Value

COLUMNS = ("client", "address", "prefix", "server", "host", "port", "result", "time")
MOST_LINES = 400_000
_MOST_FINDINGS = 20
_DIGITS = 20
"""Of a port, at most: Python reads no number of thousands of them."""
_AHEAD = timedelta(days=1)
"""Clients' clocks are not SEPM's; an answer from later than this is a mistake."""


class Read(Value):
    """What a table holds, or why it is refused: then nothing of it counts."""

    answers: tuple[ReachAnswer, ...] = ()
    findings: tuple[Finding, ...] = ()


def read_table(content: bytes, *, now: datetime) -> Read:
    """The answers in `content`: CSV with a comma or a semicolon, in UTF-8 or, with its mark, UTF-16.

    Files of many clients may be put one behind the other: each may have its header line.
    """
    try:
        text = content.decode("utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except UnicodeDecodeError as error:
        return _refused([_wrong("file", f"the file is neither UTF-8 nor UTF-16 (byte {error.start})")])
    lines = text.splitlines()
    if len(lines) > (most_count := MOST_LINES):
        return _refused([_wrong("file", f"the file has {len(lines)} lines; send at most {most_count} at once")])
    found: list[ReachAnswer] = []
    wrong: list[Finding] = []
    for number, row in _rows(lines):
        answer = _answer(number, row, now)
        if isinstance(answer, Finding):
            wrong.append(answer)
        else:
            found.append(answer)
        if len(wrong) >= _MOST_FINDINGS:
            break
    if not found and not wrong:
        wrong.append(_wrong("file", "the file has no line with an answer"))
    return _refused(wrong) if wrong else Read(answers=tuple(found))


def _rows(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(lines, 1):
        bare = line.strip().lstrip("\ufeff")
        if not bare:
            continue
        row = [cell.strip() for cell in next(csv.reader(io.StringIO(bare), delimiter=";" if ";" in bare else ","))]
        if tuple(cell.casefold() for cell in row) != COLUMNS:
            yield number, row


def _answer(number: int, row: Sequence[str], now: datetime) -> ReachAnswer | Finding:
    where = f"line {number}"
    if len(row) != len(COLUMNS):
        return _wrong(where, f"the line has {len(row)} fields; expected are {len(COLUMNS)}: {', '.join(COLUMNS)}")
    client, address, prefix, server, host, port, result, time = row
    try:
        at = datetime.fromisoformat(time)
    except ValueError:
        return _wrong(where, f"{time[:40]!r} is no time such as 2026-01-31T08:00:00Z")
    if at.tzinfo is None:
        return _wrong(where, f"{time[:40]!r} has no time zone, as 2026-01-31T08:00:00Z has")
    if at > now + _AHEAD:
        return _wrong(where, f"the time {time[:40]} is in the future")
    if not port.isdecimal() or len(port) > _DIGITS:
        return _wrong(where, f"the port {port[:20]!r} is no number")
    try:
        return ReachAnswer(
            client=client,
            network=network_of((address,), (prefix,)),
            server=ServerName(of_cell(server)),
            host=host.casefold(),
            port=int(port),
            result=result.casefold(),
            at=at.astimezone(UTC),
        )
    except ValidationError as error:
        problem = error.errors()[0]
        return _wrong(where, f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}")


def _wrong(subject: str, message: str) -> Finding:
    return blocking(
        "http-reach-unreadable", subject, message, "send the file as the script wrote it; no line of this file counts"
    )


def _refused(findings: Sequence[Finding]) -> Read:
    return Read(findings=tuple(findings))
