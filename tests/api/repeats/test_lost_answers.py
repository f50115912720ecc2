"""The command line sends a request again whose answer was lost on the way: it has one effect."""

import asyncio
import json
from contextlib import asynccontextmanager, suppress

import pytest

from tests.api.identified import KEY


@pytest.fixture
async def losing(rotator, tmp_path):
    """Runs the command line over a line that loses the first answers; gives what it gives, and how many were asked."""
    there = json.loads((tmp_path / "up.json").read_text())["api"]

    @asynccontextmanager
    async def line(lost: int):
        begun: list[int] = []

        async def carry(reader, writer):
            upstream, to_upstream = await asyncio.open_connection("127.0.0.1", int(there.rpartition(":")[2]))
            begun.append(number := len(begun))
            sending = asyncio.create_task(_pump(reader, to_upstream))
            try:
                first = await upstream.read(1 << 16)
                if number < lost:
                    writer.transport.abort()
                    return
                writer.write(first)
                await _pump(upstream, writer)
            finally:
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)
                for each in (to_upstream, writer):
                    each.close()
                    with suppress(OSError):
                        await each.wait_closed()

        server = await asyncio.start_server(carry, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", begun

    async def run(lost, *arguments):
        async with line(lost) as (address, begun):
            ended = await rotator(*arguments, ROTATOR_API=address, ROTATOR_API_KEY=KEY)
            return *ended, len(begun)

    return run


async def _pump(reader, writer):
    while part := await reader.read(1 << 16):
        writer.write(part)
        await writer.drain()


async def test_a_command_whose_answer_was_lost_is_carried_out_once(losing, whole):
    """It is sent again with its key, and shows the answer of the first time."""
    code, out, err, requests = await losing(1, "certificate", "self-signed", "127.0.0.1", "--json")
    assert (code, requests) == (0, 2), err
    (kept,) = (await whole.get("/v1/certificates")).json()["items"]
    assert json.loads(out)["certificate"]["id"] == kept["id"]


async def test_a_key_whose_answer_was_lost_is_named(losing, whole):
    """Its text was on the line that broke: the command says which key it is, and there is no second one."""
    code, _, err, requests = await losing(1, "key", "add", "bob", "--role", "viewer")
    assert (code, requests) == (1, 2), err
    (made,) = [key for key in (await whole.get("/v1/keys")).json()["items"] if key["principal"]["name"] == "bob"]
    assert made["id"] in err


async def test_what_only_reads_is_not_sent_again(losing):
    """The command says that the API cannot be reached, at once."""
    code, _, err, requests = await losing(9, "certificate", "list")
    assert (code, requests) == (2, 1), err
