from dataclasses import replace
from typing import Any, cast

from store.progress import Progress
from tests.api.conftest import calling
from tests.store.conftest import Make


async def test_lists_and_details_ask_no_workflow(unconnected):
    """What the store knows is answered where there is no Temporal at all, with when it was stored."""
    store, make = unconnected.store, Make()
    await store.sites.add(make.site(), make.connection(), make.t0)
    await store.plans.add(make.plan())
    await store.rotations.create(make.new("rot-1"), make.t0)
    await store.rotations.project("rot-1", Progress(step_title="Relax", held=True), make.at(hours=1), number=1)
    await store.tasks.add(make.task())
    async with calling(replace(unconnected, temporal=cast("Any", None))) as api:
        (listed,) = (await api.get("/v1/rotations", params={"status": "running"})).json()["items"]
        shown = (await api.get("/v1/rotations/rot-1")).json()
        assert len((await api.get("/v1/tasks")).json()["items"]) == 1
        assert (await api.get("/v1/rotations?status=completed&status=restored")).json()["items"] == []
    assert shown == listed
    assert (shown["step_title"], shown["held"], shown["live"]) == ("Relax", True, None)
    assert shown["updated_at"] == "2026-03-01T09:00:00Z"


async def test_a_rotation_that_cannot_be_asked_is_shown_as_stored(unconnected):
    """With `live=true`, too: what is stored is given, and `live` is null."""
    store, make = unconnected.store, Make()
    await store.sites.add(make.site(), make.connection(), make.t0)
    await store.plans.add(make.plan())
    await store.rotations.create(make.new("rot-1"), make.t0)
    async with calling(unconnected) as api:
        answer = await api.get("/v1/rotations/rot-1?live=true")
    assert (answer.status_code, answer.json()["live"], answer.json()["status"]) == (200, None, "running")
