"""A whole `rotator demo`: it rotates both sites, and reports on each."""

import pytest

pytestmark = pytest.mark.timeout(420)


def test_both_sites_are_rotated_and_no_client_is_lost(demo):
    """A whole demo ends with exit code 0 and one JSON object: completed, no client lost, the floor shown first."""
    here = demo("--json")
    assert here.ended() == 0, here.progress

    sites = here.printed["sites"]
    assert set(sites) == {"one-server", "three-servers"}
    for site in sites.values():
        assert (site["status"], site["clients_lost"]) == ("completed", 0)
        assert site["coverage"]["total"] == site["clients_total"] > 0
        assert 0 < site["floor_seconds"] < site["elapsed_seconds"]
        assert [step["number"] for step in site["steps"]][:1] == ["preflight"]
        assert site["steps"][-1]["number"] == "closing"
        assert all(step["title"] and step["began"] <= step["ended"] for step in site["steps"])
    assert {"A8", "A9", "A10b"} < {step["number"] for step in sites["one-server"]["steps"]}
    assert {"B2", "B3", "B5"} < {step["number"] for step in sites["three-servers"]["steps"]}
    floor, start = (here.progress.index(text) for text in ("== Floor", "== Rotating"))
    assert floor < start
    assert list(here.temporary.iterdir()) == []
