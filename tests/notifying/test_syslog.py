"""Syslog: a line for each notice, over TCP and UDP."""

import asyncio
import socket

import pytest

from notifying.errors import AddressRefused, ChannelAway
from notifying.sink import Sinks
from rotation.notice.channel import SyslogTarget
from rotation.notice.notice import NoticeKind
from tests.notifying.sinks import LOGS, syslog_over_tcp


async def test_a_line_is_counted_and_names_what_it_is_about(sinks, message):
    """RFC 5424 in the frames of RFC 6587: severity, time, kind, id, link and title."""
    async with syslog_over_tcp() as (port, brought):
        await sinks.of(SyslogTarget(host=LOGS, port=port), None).send(message())
        await sinks.of(SyslogTarget(host=LOGS, port=port), None).send(message(kind=NoticeKind.GATE_PASSED, step="A8"))
        lines = [await asyncio.wait_for(brought.get(), 10) for _ in range(2)]
    count, _, line = lines[0].partition(b" ")
    assert int(count) == len(line)
    assert line.startswith(b"<132>1 2026-03-01T08:00:00.000Z - rotator - attention - id=")
    assert line.endswith(b"link=https://rotator.test/rotations/rot-1 Vienna: a person is needed: sepm1")
    assert b"<133>1 " in lines[1]


async def test_a_datagram_has_one_line(sinks, message):
    """Without a count, and cut where it would not fit."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.setblocking(False)
        server.bind(("127.0.0.1", 0))
        await sinks.of(SyslogTarget(host=LOGS, port=server.getsockname()[1], transport="udp"), None).send(message())
        line = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(server, 9000), 10)
    assert line.startswith(b"<132>1 ")


async def test_a_server_that_is_away_is_named(hook, names, sinks, message):
    """And one inside the company takes the setting, as all channels."""
    with pytest.raises(ChannelAway, match=LOGS):
        await sinks.of(SyslogTarget(host=LOGS, port=1), None).send(message())
    with pytest.raises(AddressRefused):
        await Sinks(hook.settings(private_hosts=""), names.resolve).check(SyslogTarget(host=LOGS))
