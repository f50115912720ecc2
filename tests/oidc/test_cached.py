"""A cached document while the provider is slow: who waits for it."""

import asyncio

import pytest

from oidc.cached import COUNTS, FRESH, CachedDocument
from oidc.errors import ProviderAway


class SlowProvider:
    """It answers when it is let."""

    def __init__(self) -> None:
        self.asked = 0
        self.may = asyncio.Event()

    async def __call__(self) -> int:
        """How often it was asked."""
        self.asked += 1
        await self.may.wait()
        return self.asked


async def begun(document):
    """A request that waits for the document."""
    waiting = asyncio.create_task(document.get())
    await asyncio.sleep(0)
    return waiting


async def test_one_request_waits_for_a_slow_provider(clock):
    """The others have the document that is there; no second fetch begins."""
    provider = SlowProvider()
    document = CachedDocument(provider, clock)
    provider.may.set()
    assert await document.get() == 1
    provider.may.clear()
    clock.now += FRESH
    first = await begun(document)
    assert [await document.get() for _ in range(5)] == [1] * 5
    provider.may.set()
    assert await first == 2
    assert await document.get() == 2
    assert provider.asked == 2


async def test_requests_without_a_document_wait_for_one_fetch(clock):
    """At the start, and where the document is too old to count."""
    provider = SlowProvider()
    document = CachedDocument(provider, clock)
    for fetches in (1, 2):
        provider.may.clear()
        waiting = [await begun(document) for _ in range(5)]
        assert not any(each.done() for each in waiting)
        provider.may.set()
        assert await asyncio.gather(*waiting) == [fetches] * 5
        clock.now += COUNTS


async def test_a_failure_is_one_for_all_that_wait(clock):
    """They do not ask one after the other."""
    asked = 0

    async def fail() -> int:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        raise ProviderAway("away")

    document = CachedDocument(fail, clock)
    found = await asyncio.gather(*(document.get() for _ in range(5)), return_exceptions=True)
    assert {type(each) for each in found} == {ProviderAway}
    assert asked == 1
    with pytest.raises(ProviderAway):
        await document.again()
    assert asked == 1
