"""Server-sent events, as a caller reads them."""

from collections.abc import AsyncIterator

import httpx


async def events(answer: httpx.Response) -> AsyncIterator[dict[str, str]]:
    """The fields of each event."""
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if line and name:
            fields[name] = value
        elif "event" in fields:
            yield fields
            fields = {}
