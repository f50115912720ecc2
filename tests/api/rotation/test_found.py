"""What looks have found is shown in whole, page by page."""

from datetime import UTC, datetime

import pytest

from rotation.drift.judged_drift import JudgedDrift
from rotation.finding import blocking


@pytest.fixture
async def rotation(whole, plan):
    """A rotation that has just started."""
    order = {"plan_id": plan["id"], "plan_hash": plan["hash"], "why": "it ends"}
    answer = await whole.post("/v1/rotations", json=order)
    assert answer.status_code == 202, answer.text
    return answer.json()


async def test_what_was_found_is_shown_page_by_page(whole, rotation, store, problem):
    """Each with what it is about and what to do; nothing where nothing was found; 404 without such a rotation."""
    path = f"/v1/rotations/{rotation['id']}/found"
    nothing: dict[str, object] = {"id": None, "at": None, "total": 0, "accepted_by": "", "items": [], "next": None}
    assert (await whole.get(path)).json() == nothing
    every = [JudgedDrift.of(blocking("group-new", f"Group {at}", "was born", "move its clients")) for at in range(25)]

    identity = await store.found.keep(rotation["id"], every, at=datetime(2026, 3, 1, tzinfo=UTC))
    first = (await whole.get(path, params={"limit": 20})).json()
    assert [each["subject"] for each in first["items"]] == [f"Group {at}" for at in range(20)]
    page = (await whole.get(path, params={"cursor": first["next"]})).json()
    assert (page["id"], page["total"], page["next"]) == (identity, 25, None)
    assert [each["subject"] for each in page["items"]] == [f"Group {at}" for at in range(20, 25)]
    assert page["items"][0]["blocks"]
    assert page["items"][0]["remedy"] == "move its clients"
    problem(await whole.get("/v1/rotations/none/found"), 404, "unknown-rotation")
    await store.found.keep(rotation["id"], every[:3], at=datetime(2026, 3, 2, tzinfo=UTC))
    problem(await whole.get(path, params={"cursor": first["next"]}), 422, "bad-cursor")
