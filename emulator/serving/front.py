"""The TLS front of the REST API: a small process of its own, so that tests can kill it as services are killed.

It ends TLS with the server's certificate and pipes bytes to the plain HTTP service on loopback. Orders come as
JSON lines on standard input, each answered by one line on standard output when it has been carried out. When
standard input ends, the emulator is gone, and so is the front.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import sys

from pydantic import BaseModel, ConfigDict

from emulator.serving.ports import Listener, PortState, Presented

_CHUNK = 64 * 1024
_ORDER_LIMIT = 1024 * 1024


class FrontOrder(BaseModel):
    """What the front should be like: shut, or open with this certificate."""

    model_config = ConfigDict(frozen=True)

    certificate_pem: str
    key_pem: str
    up: bool

    def state(self) -> PortState:
        """The order as a port's state."""
        presented = Presented(self.certificate_pem.encode(), self.key_pem.encode())
        return PortState(up=self.up, presented=presented)


class FrontReport(BaseModel):
    """What the front says when an order has been carried out."""

    model_config = ConfigDict(frozen=True)

    port: int
    up: bool


async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy bytes until the sender has no more."""
    while chunk := await reader.read(_CHUNK):
        writer.write(chunk)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


class Front:
    """The TLS end of a plain service on loopback."""

    def __init__(self, address: str, port: int, upstream: int) -> None:
        self._upstream = upstream
        self._listener = Listener(address, port, self._join)

    async def carry_out(self, order: FrontOrder) -> FrontReport:
        """Open, shut or change the certificate."""
        await self._listener.follow(order.state())
        return FrontReport(port=self._listener.port, up=order.up)

    async def close(self) -> None:
        """Close the port."""
        await self._listener.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        directions = {
            asyncio.create_task(pipe(reader, upstream_writer)),
            asyncio.create_task(pipe(upstream_reader, writer)),
        }
        try:
            # either side ending ends both: TLS knows no half-closed connection
            done, _ = await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
            for direction in done:
                direction.result()
        finally:
            for direction in directions:
                direction.cancel()
            await asyncio.gather(*directions, return_exceptions=True)
            upstream_writer.close()


async def serve(front: Front) -> None:
    """Carry out orders until standard input ends."""
    loop = asyncio.get_running_loop()
    orders = asyncio.StreamReader(limit=_ORDER_LIMIT)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    # a Ctrl-C in the terminal is for the emulator, which then ends the input
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    try:
        while line := await orders.readline():
            report = await front.carry_out(FrontOrder.model_validate_json(line))
            sys.stdout.write(report.model_dump_json() + "\n")
            sys.stdout.flush()
    finally:
        await front.close()


def main() -> None:
    """Run the front as a process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--upstream", type=int, required=True)
    options = parser.parse_args()

    async def run() -> None:
        await serve(Front(options.address, options.port, options.upstream))

    with contextlib.suppress(BrokenPipeError):
        asyncio.run(run())
    sys.stdout.flush()
    # a pending write to a reader that has gone must not hold the process
    os._exit(0)


if __name__ == "__main__":
    main()
