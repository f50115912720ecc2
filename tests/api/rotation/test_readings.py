"""/v1/rotations/{id}/readings: how many clients each reading of a gate has counted."""

from datetime import timedelta

from store.rotation.coverage import CoveragePoint
from tests.store.conftest import Make


async def test_the_readings_of_a_gate(api, store, problem):
    """Of the gate that was read last, or of the one that is named; none before the first, and none of no rotation."""
    make = Make()
    await make.rotate(store)
    address = "/v1/rotations/rot-1/readings"
    assert (await api.get(address)).json() == {"gate": None, "items": [], "next": None}
    for number, gate in enumerate(("02-A8", "02-A8", "05-A10b")):
        at = make.t0 + number * timedelta(minutes=1)
        point = CoveragePoint(taken_at=at, total=9, proven=number, waiting=8 - number, left_out=1)
        await store.coverage.note_reading("rot-1", gate, point)
    newest = (await api.get(address)).json()
    assert (newest["gate"], [each["proven"] for each in newest["items"]]) == ("05-A10b", [2])
    named = (await api.get(address, params={"gate": "02-A8"})).json()
    assert [each["proven"] for each in named["items"]] == [0, 1]
    assert named["items"][0]["taken_at"] == "2026-03-01T08:00:00Z"
    first = (await api.get(address, params={"gate": "02-A8", "limit": 1})).json()
    then = (await api.get(address, params={"gate": "02-A8", "limit": 1, "cursor": first["next"]})).json()
    assert [each["proven"] for each in first["items"] + then["items"]] == [0, 1]
    problem(await api.get(address, params={"gate": "05-A10b", "cursor": first["next"]}), 422, "bad-cursor")
    problem(await api.get("/v1/rotations/none/readings"), 404, "unknown-rotation")
