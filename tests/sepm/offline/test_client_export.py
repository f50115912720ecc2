"""Exports of clients: what of them is read, what has to be declared, what is refused."""

from datetime import UTC, datetime

import pytest

from sepm.errors import UnreadableExport
from sepm.offline.client_export import LARGEST, ExportForm, parse_client_export
from sepm.offline.export_columns import Field
from sepm.offline.export_dates import DateOrder

HEADER = "Computer Name,Group,Last time status changed,Version,Server,Policy Serial Number"
ROW = 'PC-1,"My Company\\North, East",{time},12.1.7004.6500,SEPM-1,F99A-11/26/2025 12:01:02 003'
AMERICAN = ExportForm(timezone="UTC", dates=DateOrder.MONTH_FIRST)
PRAGUE = ExportForm(timezone="Europe/Prague", dates=DateOrder.DAY_FIRST)


def export(time="26.11.2025 13:05:59", header=HEADER, row=ROW):
    """A file of one client."""
    return f"{header}\r\n{row.format(time=time)}\r\n"


def refused(content, form=PRAGUE):
    """The message about a file that cannot be used."""
    with pytest.raises(UnreadableExport) as refusal:
        parse_client_export(content, form)
    assert refusal.value.remedy
    return str(refusal.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters_are_seen(encoding, delimiter):
    """Quoted fields, a byte order mark and the delimiter are recognised undeclared."""
    text = export().replace("North, East", "North").replace(",", delimiter)
    (client,) = parse_client_export(text.encode(encoding), PRAGUE).clients
    assert (client.name, client.group, client.build, client.server) == (
        *("PC-1", "My Company\\North", "12.1.7004.6500", "SEPM-1"),
    )
    assert client.serial == "F99A-11/26/2025 12:01:02 003"
    assert client.last_seen == datetime(2025, 11, 26, 12, 5, 59, tzinfo=UTC)


def test_what_excel_writes_before_the_header_is_passed_over():
    """`sep=;` says what parts the fields."""
    text = "sep=;\r\n" + export().replace("North, East", "North").replace(",", ";")
    assert len(parse_client_export(text.encode(), PRAGUE).clients) == 1


@pytest.mark.parametrize(
    ("text", "form", "hour"),
    [
        ("03.04.2025 10:00:00", PRAGUE, datetime(2025, 4, 3, 8, tzinfo=UTC)),
        ("03/04/2025 10:00 PM", AMERICAN, datetime(2025, 3, 4, 22, tzinfo=UTC)),
        ("2025-04-03 10:00:00", ExportForm(timezone="UTC"), datetime(2025, 4, 3, 10, tzinfo=UTC)),
        ("2025-04-03T10:00:00Z", ExportForm(), datetime(2025, 4, 3, 10, tzinfo=UTC)),
        ("2025-04-03 10:00:00 +0200", ExportForm(), datetime(2025, 4, 3, 8, tzinfo=UTC)),
        ('"Apr 3, 2025 12:00:00 AM GMT"', ExportForm(), datetime(2025, 4, 3, tzinfo=UTC)),
        ("1743674400000", ExportForm(), datetime(2025, 4, 3, 10, tzinfo=UTC)),
        ("26.10.2025 02:30:00", PRAGUE, datetime(2025, 10, 26, 0, 30, tzinfo=UTC)),
        ("Never", ExportForm(), None),
    ],
)  # fmt: skip
def test_times_are_read_as_declared(text, form, hour):
    """In their order and time zone; an hour that comes twice in autumn is the first: seen earlier proves less."""
    (client,) = parse_client_export(export(text).encode(), form).clients
    assert client.last_seen == hour


@pytest.mark.parametrize(
    ("text", "form", "why"),
    [
        ("03/04/2025 10:00:00", ExportForm(timezone="UTC"), "an order that is not declared"),
        ("03/04/2025 10:00:00", ExportForm(dates=DateOrder.DAY_FIRST), "the time zone of"),
        ("13/13/2025 10:00:00", PRAGUE, "is no real time"),
        ("03/04/25 10:00:00", PRAGUE, "four digits"),
        ("30.03.2025 02:30:00", PRAGUE, "no clock of Europe/Prague"),
        ("10:00:00", PRAGUE, "no date with a time"),
        ("3. duben 2025 10:00:00", PRAGUE, "no month in English"),
        ("2025-04-03 13:00:00 PM", PRAGUE, "twelve hours"),
    ],
)
def test_what_may_be_read_in_two_ways_is_never_guessed(text, form, why):
    """The refusal names the client and says what to declare."""
    message = refused(export(text).encode(), form)
    assert why in message
    assert "client 1" in message


def test_columns_are_known_by_likely_names_or_named():
    """Whatever the case; one that may be two things, or is nowhere, is named by a person."""
    odd = export(header="PC,Skupina,Naposled,Verze,Server,Policy Serial Number").encode()
    assert "columns are: PC, Skupina" in refused(odd)
    named = {Field.NAME: "pc", Field.GROUP: "skupina", Field.LAST_SEEN: "naposled"}
    read = parse_client_export(odd, PRAGUE.model_copy(update={"columns": named}))
    assert read.columns == ("name", "group", "last_seen", "server", "serial")
    twice = export(header=HEADER.replace("Version", "Host Name")).encode()
    assert "any of the columns Computer Name, Host Name" in refused(twice)
    wrong = PRAGUE.model_copy(update={"columns": {Field.BUILD: "Build"}})
    assert "no column 'Build'" in refused(export().encode(), wrong)
    own = export(header=HEADER.replace("Policy Serial Number", "Serial Number")).encode()
    assert "serial" not in parse_client_export(own, PRAGUE).columns


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "names no column"),
        (export().encode() + b'PC-2,"', "is no CSV"),
        (export().encode() + b"PC-2,x\r\n", "has 2 fields"),
        (export().encode() + ROW.format(time="Never").encode(), "more than once: PC-1"),
        (export(row=ROW.replace("PC-1", "")).encode(), "has no name"),
        (export(row=ROW.replace("PC-1", "PC\x07")).encode(), "not to be printed"),
        (export(row=ROW.replace("PC-1", "P" * 2000)).encode(), "too long"),
        (export().encode("latin-1").replace(b"PC-1", b"P\xe9"), "no UTF-8 text"),
        (export().encode() + b"\0", "zeros"),
        (b"x" * (LARGEST + 1), "larger than 16 MiB"),
        (export().encode() + b"\n" * 200_000, "more than 150000 lines"),
        (export().encode() + b"," * 100_001, "longer than 100000"),
    ],
)
def test_a_file_that_is_none_is_refused_and_bounded(content, why):
    """Each with what is wrong and what to do."""
    assert why in refused(content)
