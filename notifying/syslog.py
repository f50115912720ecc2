"""Syslog (RFC 5424): a line for each notice, over TCP (RFC 6587, counted) or UDP."""

import asyncio
import socket
from datetime import UTC

from notifying.addresses import Resolve, checked
from notifying.document import NoticeMessage, WrittenNotice
from notifying.errors import ChannelAway
from notifying.settings import NotifySettings
from rotation.notice.channel import SyslogTarget
from rotation.notice.notice import NoticeKind

_TIMEOUT = 10
_LOCAL0, _WARNING, _NOTICE = 16, 4, 5
_CALM = frozenset({NoticeKind.OVER, NoticeKind.GATE_PASSED, NoticeKind.HOLDOUT_REPORT, NoticeKind.TEST})
_LONGEST_DATAGRAM = 1400


class SyslogSink:
    """A syslog server. It acknowledges nothing: over TCP a line that was sent as it ends may be lost, over UDP any."""

    def __init__(self, target: SyslogTarget, settings: NotifySettings, resolve: Resolve) -> None:
        self._target = target
        self._settings = settings
        self._resolve = resolve

    async def send(self, message: NoticeMessage) -> str:
        """Send the lines of one message.

        Raises:
            ChannelAway: when the server does not take a connection.
        """
        target = self._target
        address, *_ = await checked(target.host, target.port, self._settings.named, self._resolve)
        lines = [line_of(message, each) for each in message.notices]
        try:
            async with asyncio.timeout(_TIMEOUT):
                await (_over_tcp if target.transport == "tcp" else _over_udp)(address, target.port, lines)
        except OSError as error:
            raise ChannelAway(f"{target.host} takes no line ({type(error).__name__})") from None
        return ""


def line_of(message: NoticeMessage, written: WrittenNotice) -> bytes:
    """The line of a notice."""
    notice = written.notice
    severity = _NOTICE if notice.kind in _CALM else _WARNING
    at = notice.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    head = f"<{_LOCAL0 * 8 + severity}>1 {at} - rotator - {notice.kind.value} -"
    return f"{head} id={written.id} message={message.id} link={written.link} {written.title}".encode()


async def _over_tcp(address: str, port: int, lines: list[bytes]) -> None:
    _, writer = await asyncio.open_connection(address, port)
    try:
        writer.writelines(b"%d %s" % (len(line), line) for line in lines)
        await writer.drain()
    finally:
        writer.close()
        await writer.wait_closed()


async def _over_udp(address: str, port: int, lines: list[bytes]) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        for line in lines:
            await asyncio.get_running_loop().sock_sendto(sender, line[:_LONGEST_DATAGRAM], (address, port))
