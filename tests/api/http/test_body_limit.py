"""A body that is larger than any honest one is refused before it is read to its end."""

import httpx
import pytest

from api.http.body_limit import LARGEST, BodyLimit


async def test_a_body_that_says_it_is_too_large_is_not_read(api, problem):
    """By its Content-Length."""
    answer = await api.post("/v1/certificates", content=b"x" * (LARGEST + 1))
    assert "16 MiB" in problem(answer, 413, "body-too-large")["detail"]


@pytest.mark.parametrize("size", [999, 1000, 1001, 5000])
async def test_a_body_in_pieces_is_read_as_far_as_it_may(size):
    """Without a Content-Length each piece counts; what fits arrives whole."""
    read, arrived = 0, []

    async def pieces():
        nonlocal read
        for at in range(0, size, 100):
            read = at
            yield b"x" * min(100, size - at)

    async def app(_scope, receive, send):
        more = True
        while more:
            message = await receive()
            arrived.append(message["body"])
            more = message.get("more_body", False)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    transport = httpx.ASGITransport(BodyLimit(app, 1000))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        answer = await client.post("/", content=pieces())
    assert answer.status_code == (204 if size <= 1000 else 413)
    assert len(b"".join(arrived)) == (size if size <= 1000 else 0)
    assert read <= 1000
