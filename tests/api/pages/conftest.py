"""A reader at the page, over the real store: a client that keeps cookies as a browser does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from api.parts import Parts
from api.settings import ApiSettings
from rotation.identity.permission import Role
from rotation.plan.outline import outline
from rotation.plan.plan import PlanBody
from rotation.running.state import RotationState
from rotation.values import PlanId, RotationId, SiteId
from service.world import wall_clock
from tests.api.identified import KEY, key_of
from tests.store.conftest import Make

HERE = "http://rotator.example:8080"
OWN = {"Origin": HERE}
CZECH = {"Accept-Language": "cs"}
_unused: list[FastAPI] = []
"""Applications over parts that are gone, with the wall clock."""


def state_of(body: PlanBody) -> RotationState:
    """What the rotation of the stored site would answer at the first step of a plan."""
    return RotationState(
        rotation_id=RotationId("rot-1"),
        site_id=SiteId("site-1"),
        site_name="Vienna",
        plan_id=PlanId("plan-1"),
        plan_hash=body.content_hash(),
        outline=outline(body),
        started_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


@asynccontextmanager
async def reading(parts: Parts, key: str | None = KEY) -> AsyncIterator[httpx.AsyncClient]:
    """A reader who has signed in, where a key is given. Forms come from the page itself."""
    # an application builds its routes with its first requests, which takes longer than most tests: the next one has it
    shared = parts.clock is wall_clock
    app = _unused.pop() if shared and _unused else create_app(parts, ApiSettings(wrong_key_delay=timedelta(0)))
    app.state.parts = parts
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=HERE, headers=OWN) as client:
        if key is not None:
            answer = await client.post("/sign-in", data={"key": key})
            assert answer.status_code == 303, answer.text
        yield client
    if shared:
        del app.state.parts
        _unused.append(app)


@pytest.fixture
async def reader(unconnected) -> AsyncIterator[httpx.AsyncClient]:
    """A reader whose service has a store and no Temporal."""
    async with reading(unconnected) as client:
        yield client


@pytest.fixture
def reading_as(unconnected):
    """A reader with other roles, who sees these sites."""

    @asynccontextmanager
    async def signed_in(name: str, *roles: Role, sites: tuple[SiteId, ...] | None = None):
        key = await key_of(unconnected.store, name, *roles, sites=sites)
        async with reading(unconnected, key) as client:
            yield client

    return signed_in


@pytest.fixture
def make() -> Make:
    """Values of the domain."""
    return Make()


@pytest.fixture
async def rotating(store, make):
    """A site whose names would be markup, with a plan, a rotation and a task."""
    await make.rotate(store)
    return SiteId("site-1")
