"""Heads outside of the database: in a file of the owner's, at syslog, and never in the way of an event."""

import asyncio
import json
import socket

from store.database.chain import ChainHead
from store.settings import StoreSettings
from store.store import Store
from store.trail.site_trail import SERVICE_TRAIL, Author, NewTrailEvent, TrailKind

HEAD = ChainHead(number=3, hash="ab" * 32)


async def opened(tmp_path, **settings):
    """A store with these settings."""
    return await Store.open(StoreSettings(folder=tmp_path, **settings))


def event(make, number=0):
    """An event of the service."""
    author = Author(who="ann", address="10.0.0.7")
    return NewTrailEvent(at=make.t0, kind=TrailKind.KEYSTORE_MADE, message=f"{number}", author=author)


async def test_heads_are_appended_to_the_owners_file(tmp_path, make):
    """Each has its trail and its code; what was written before stays, and another store's lines do not count."""
    file = tmp_path / "elsewhere" / "heads.jsonl"
    store = await opened(tmp_path / "a", audit_heads=file)
    for number in range(2):
        await store.trail.append(SERVICE_TRAIL, event(make, number))
    other = await opened(tmp_path / "b", audit_heads=file)
    await other.trail.append(SERVICE_TRAIL, event(make))
    kept = await store.heads.kept()
    assert [head.number for head in kept.heads["service"]] == [1, 2]
    assert kept.unknown == 1
    assert file.stat().st_mode & 0o777 == 0o600
    assert sum(bool(line) for line in file.read_text().splitlines()) == 3
    await store.close()
    await other.close()


async def test_a_line_that_was_cut_off_takes_no_other_with_it(tmp_path, make):
    """A full disk, or a crash, has left half a line: the next head is a whole one."""
    file = tmp_path / "heads.jsonl"
    store = await opened(tmp_path, audit_heads=file)
    await store.trail.append(SERVICE_TRAIL, event(make, 0))
    with file.open("a") as heads:
        heads.write('{"at":"2026-')
    await store.trail.append(SERVICE_TRAIL, event(make, 1))
    kept = await store.heads.kept()
    await store.close()
    assert ([head.number for head in kept.heads["service"]], kept.unknown) == ([1, 2], 1)


async def test_heads_go_to_syslog(tmp_path, make):
    """One datagram for each, for whom has the key to check."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as syslog:
        syslog.bind(("127.0.0.1", 0))
        syslog.setblocking(False)
        store = await opened(tmp_path, audit_syslog=f"127.0.0.1:{syslog.getsockname()[1]}")
        await store.trail.append(SERVICE_TRAIL, event(make))
        sent = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(syslog, 4096), 10)
        await store.close()
    shown = json.loads(sent[sent.index(b"{") :].rstrip(b"\0"))
    assert (shown["trail"], shown["number"]) == ("service", 1)


async def test_a_file_that_cannot_be_written_stops_no_event(tmp_path, make, capsys):
    """The event is stored, and the log says once that its head is not kept."""
    file = tmp_path / "a-folder"
    file.mkdir()
    store = await opened(tmp_path, audit_heads=file)
    for number in range(3):
        await store.trail.append(SERVICE_TRAIL, event(make, number))
    assert [each.number for each in await store.trail.list(SERVICE_TRAIL)] == [1, 2, 3]
    assert capsys.readouterr().out.count("heads of trails are not kept outside") == 1
    await store.close()


async def test_a_simulations_store_keeps_none(make):
    """A store in memory writes no file; its trails verify all the same."""
    store = Store.in_memory()
    await store.trail.append(SERVICE_TRAIL, event(make))
    report = await store.audit.verify()
    assert (report.broken, report.heads_from) == ((), None)
    await store.close()
