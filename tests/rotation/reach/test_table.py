"""Reading what the script has written."""

import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from rotation.reach.powershell import powershell
from rotation.reach.shell import shell
from rotation.reach.table import COLUMNS, MOST_LINES, read_table
from rotation.reach.targets import Target
from rotation.values import ServerName

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
HEADER = ",".join(COLUMNS)
GOOD = "PC-1,10.1.2.3,24,SEPM-1,sepm1.test,8014,ok,2026-02-28T20:00:00Z"


def test_files_of_many_clients_put_one_behind_the_other_are_read():
    """Header lines in between, empty lines, semicolons, and times of other zones."""
    other = (
        GOOD.replace("PC-1", "PC-2").replace(",", ";").replace("20:00:00Z", "21:00:00+01:00").replace("ok", "Timeout")
    )
    read = read_table(f"{HEADER}\r\n{GOOD}\r\n\r\n{HEADER}\r\n{other}\r\n".encode(), now=NOW)
    assert read.findings == ()
    first, second = read.answers
    assert (first.client, first.network, first.server, first.host) == ("PC-1", "10.1.2.0/24", "SEPM-1", "sepm1.test")
    assert (first.port, first.through, first.at) == (8014, True, NOW - timedelta(hours=12))
    assert (second.client, second.through, second.result, second.at) == ("PC-2", False, "timeout", first.at)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_powershell_writes_is_read(encoding):
    """Windows PowerShell writes UTF-16 with a mark, or UTF-8 with one."""
    (answer,) = read_table(f"{HEADER}\n{GOOD.replace('PC-1', 'PC-Ä')}\n".encode(encoding), now=NOW).answers
    assert answer.client == "PC-Ä"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (GOOD.replace(",24,", ","), "the line has 7 fields; expected are 8"),
        (GOOD.replace("8014", "http"), "port 'http' is no number"),
        (GOOD.replace("8014", "80140"), "port: Input should be less than or equal to 65535"),
        (GOOD.replace("8014", "8" * 30), f"port {'8' * 20!r} is no number"),
        (GOOD.replace("2026-02-28T20:00:00Z", "28.02.2026"), "is no time"),
        (GOOD.replace("20:00:00Z", "20:00:00"), "has no time zone"),
        (GOOD.replace("2026-02", "2026-03"), "is in the future"),
        (GOOD.replace("PC-1", ""), "client: String should have at least 1 character"),
        (GOOD.replace(",ok,", f",{'x' * 101},"), "result: String should have at most 100 characters"),
    ],
)
def test_a_line_that_is_wrong_is_named_and_nothing_of_the_file_counts(line, message):
    """Which line it is, and what is wrong with it."""
    read = read_table(f"{HEADER}\n{GOOD}\n{line}\n".encode(), now=NOW)
    (finding,) = read.findings
    assert read.answers == ()
    assert (finding.code, finding.subject) == ("http-reach-unreadable", "line 3")
    assert message in finding.message


def test_a_file_that_is_none_is_refused():
    """Bytes that are no text, no answer at all, too many lines; of many wrong lines the first are named."""
    assert "neither UTF-8 nor UTF-16" in read_table(b"\x80\x80", now=NOW).findings[0].message
    assert "no line with an answer" in read_table(HEADER.encode(), now=NOW).findings[0].message
    assert "at once" in read_table(b"\n" * (MOST_LINES + 1), now=NOW).findings[0].message
    assert len(read_table(b"wrong\n" * 1000, now=NOW).findings) == 20


def test_the_name_of_a_server_is_no_formula_for_a_spreadsheet(tmp_path):
    """The script writes it as text, into the file that people open; it is read back as what it was."""
    target = Target(server=ServerName("=cmd|calc!A0"), host="127.0.0.1", port=1)
    script = tmp_path / "network.sh"
    script.write_text(shell([target]))
    run = subprocess.run(["/bin/sh", str(script)], capture_output=True, check=True, timeout=60)
    assert b'"\'=cmd|calc!A0"' in run.stdout
    (answer,) = read_table(run.stdout, now=datetime.now(UTC)).answers
    assert answer.server == target.server
    assert "'''=cmd|calc!A0'" in powershell([target])
