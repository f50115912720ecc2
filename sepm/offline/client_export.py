"""Reading the console's own export of clients: text with one client a line, of an encoding and a form that vary."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field as Described

from rotation.console.exported import ExportedClient, client_id
from rotation.values import Value
from sepm.errors import UnreadableExport
from sepm.offline.export_columns import Field, UnclearColumnsError, known, places
from sepm.offline.export_dates import DateOrder, UnclearDateError, moment

LARGEST = 16 << 20
MOST_LINES = 150_000
_MOST_COLUMNS = 200
_LONGEST = 1_000
_LONGEST_LINE = 100_000
_NAMES = 10
_DELIMITERS = (",", ";", "\t")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_FORM = "see docs/admin/offline-sites.md for the forms that are read"


class Encoding(StrEnum):
    """Encodings that an administrator may declare; a byte order mark, UTF-8 and UTF-16 are recognised undeclared."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16-le"
    WINDOWS_1250 = "windows-1250"
    WINDOWS_1251 = "windows-1251"
    WINDOWS_1252 = "windows-1252"
    SHIFT_JIS = "shift_jis"


class ExportForm(Value):
    """What nothing in the file tells, and a person declares."""

    timezone: str = Described(default="", max_length=100)
    """The console's, e.g. `Europe/Prague`."""
    dates: DateOrder | None = None
    columns: dict[Field, str] = Described(default_factory=dict)
    """The header of a column by what it tells, where that is none of the likely names."""
    encoding: Encoding | None = None


class ReadExport(Value):
    """What stands in an export."""

    clients: tuple[ExportedClient, ...]
    columns: tuple[str, ...]


def parse_client_export(content: bytes, form: ExportForm, *, name: str = "export.csv") -> ReadExport:
    """Every client in the file.

    Args:
        content: the file.
        form: what was declared of it.
        name: the file's name, for errors.

    Raises:
        UnreadableExport: says where and what, and what to do.
    """
    if len(content) > LARGEST:
        raise UnreadableExport(name, f"is larger than {LARGEST >> 20} MiB", "export fewer columns")
    zone = _zone(form, name)
    text = _decoded(content, form, name)
    delimiter, skipped = _delimiter(text, form.columns, name)
    lines = csv.reader(_bounded(text[skipped:], name), delimiter=delimiter, strict=True)
    header = next(_whole(lines, name), None)
    if header is None:
        raise UnreadableExport(name, "is empty", "export the clients again")
    try:
        at = places(header, form.columns)
    except UnclearColumnsError as error:
        raise UnreadableExport(name, str(error), "name the columns: --column last_seen='...'") from error
    clients = tuple(_clients(_whole(lines, name), at, (len(header), form.dates, zone), name))
    _refuse_doubled(clients, name)
    return ReadExport(clients=clients, columns=tuple(field.value for field in Field if field in at))


def _zone(form: ExportForm, name: str) -> ZoneInfo | None:
    if not form.timezone:
        return None
    try:
        return ZoneInfo(form.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        text = f"time zone {form.timezone!r} is not known here"
        raise UnreadableExport(name, text, "name it as Europe/Prague or UTC") from error


def _decoded(content: bytes, form: ExportForm, name: str) -> str:
    encoding = form.encoding.value if form.encoding is not None else None
    for mark, seen in _BOMS:
        if content.startswith(mark):
            encoding = seen
    head = content[:200]
    if encoding is None and len(head) > 1 and not any(head[1::2]):
        encoding = Encoding.UTF_16.value
    try:
        text = content.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        what = f"is no {encoding or 'UTF-8'} text"
        raise UnreadableExport(name, what, "save it as UTF-8, or declare its encoding") from error
    if "\0" in text:
        raise UnreadableExport(name, "holds zeros, as no text does", "save it as UTF-8, or declare its encoding")
    return text


def _delimiter(text: str, declared: Mapping[Field, str], name: str) -> tuple[str, int]:
    """What parts the fields, and how much comes before the header: Excel's `sep=;`."""
    first = text.find("\n", 0, _LONGEST)
    line = text[: first if first >= 0 else _LONGEST].strip()
    if line.lower().startswith("sep=") and len(line) == len("sep=") + 1 and line[-1] in _DELIMITERS:
        return line[-1], first + 1
    head = text[: _LONGEST * _MOST_COLUMNS]
    found = max(_DELIMITERS, key=lambda delimiter: known(_header(head, delimiter), declared))
    if known(_header(head, found), declared) == 0:
        raise UnreadableExport(
            name,
            "its first line names no column that is known",
            "export with column headers, parted by comma, semicolon or tab; or name the columns: --column name='...'",
        )
    return found, 0


def _bounded(text: str, name: str) -> Iterator[str]:
    """The lines of the text; none is so long that its fields would fill the memory."""
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if len(line) > _LONGEST_LINE:
            raise UnreadableExport(f"{name}, line {number}", f"is longer than {_LONGEST_LINE} characters", _FORM)
        yield line


def _header(head: str, delimiter: str) -> Sequence[str]:
    try:
        return next(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), [])[:_MOST_COLUMNS]
    except csv.Error:
        return []


def _whole(lines: Iterator[list[str]], name: str) -> Iterator[list[str]]:
    """The lines that hold something, while they are bounded."""
    number = 0
    while True:
        number += 1
        try:
            fields = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableExport(f"{name}, record {number}", f"is no CSV ({error})", _FORM) from error
        if number > MOST_LINES:
            raise UnreadableExport(name, f"has more than {MOST_LINES} lines", "export one domain at a time")
        if len(fields) > _MOST_COLUMNS:
            raise UnreadableExport(f"{name}, record {number}", f"has more than {_MOST_COLUMNS} columns", _FORM)
        if any(fields):
            yield fields


_Form = tuple[int, DateOrder | None, ZoneInfo | None]


def _clients(lines: Iterable[list[str]], at: Mapping[Field, int], form: _Form, name: str) -> Iterator[ExportedClient]:
    width, order, zone = form
    for number, fields in enumerate(lines, start=1):
        where = f"{name}, client {number}"
        if len(fields) != width:
            what = f"has {len(fields)} fields, and the header has {width}"
            raise UnreadableExport(where, what, "it was cut or edited: export again")
        texts = {field: _text(fields[place], where) for field, place in at.items()}
        for needed in (Field.NAME, Field.GROUP):
            if not texts[needed]:
                raise UnreadableExport(where, f"has no {needed.value}", "export again, or take the line out")
        try:
            seen = moment(texts[Field.LAST_SEEN], order=order, zone=zone)
        except UnclearDateError as error:
            raise UnreadableExport(where, str(error), "declare dates=dmy or mdy, and the console's timezone") from error
        yield ExportedClient(
            name=texts[Field.NAME],
            group=texts[Field.GROUP],
            id=texts.get(Field.ID, ""),
            last_seen=seen,
            build=texts.get(Field.BUILD) or None,
            server=texts.get(Field.SERVER) or None,
            serial=texts.get(Field.SERIAL) or None,
        )


def _text(field: str, where: str) -> str:
    text = field.strip()
    if len(text) > _LONGEST or not text.isprintable():
        raise UnreadableExport(where, "has a field that is too long, or not to be printed", _FORM)
    return text


def _refuse_doubled(clients: Sequence[ExportedClient], name: str) -> None:
    """Two records of one name cannot be matched from one export to the next: whose proof it is would be a guess."""
    times = Counter(map(client_id, clients))
    if len(times) == len(clients):
        return
    doubled = sorted({client.name for client in clients if times[client_id(client)] > 1})
    shown = ", ".join(doubled[:_NAMES])
    raise UnreadableExport(
        name,
        f"{len(doubled)} computers are in it more than once: {shown}",
        "delete their stale records in the console and export again, or name a column that tells them apart (id)",
    )
