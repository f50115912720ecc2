"""What starts a rotation and what must not: one for a site at a time, once for each request, as it was approved."""

import pytest
from temporalio.service import RPCError

COPY = "Copied by hand"


async def started_nothing(site) -> None:
    """No rotation of the site was stored, and Temporal has none."""
    assert (await site.house.get(f"/v1/rotations?site_id={site.id}"))["items"] == []
    with pytest.raises(RPCError, match="not found"):
        await (await site.house.rotation(site.id)).describe()


async def assign_another_list(site) -> None:
    """A colleague gives a group a list of its own."""
    original = site.program.printed["server_lists"][0]["name"]
    for operation, arguments in (
        ("copy_list", {"source": original, "name": COPY}),
        ("assign_list", {"name": COPY, "group": "My Company\\Labs", "location": "Office"}),
    ):
        (await site.control.post(f"/console/{operation}", json=arguments)).raise_for_status()


async def untick_secure_communications(site) -> None:
    """A colleague turns secure communications off for a group."""
    arguments = {"group": "My Company\\Labs", "location": "Default", "enabled": False}
    (await site.control.post("/console/set_secure_communications", json=arguments)).raise_for_status()


async def test_a_site_with_a_running_rotation_refuses_a_second_one(site) -> None:
    """Another start is 409 and says what to do, for the same plan and for another; the first one goes on."""
    plan, other = await site.plan(), await site.plan()
    first = await site.house.post("/v1/rotations", site.order(plan), 202)
    await site.task(first["id"], "save_recovery_file")

    for second in (plan, other):
        refused = await site.house.post("/v1/rotations", site.order(second), 409)
        assert first["id"] in refused["detail"]
        assert refused["remedy"]

    listed = await site.house.get(f"/v1/rotations?site_id={site.id}")
    assert [(each["id"], each["status"]) for each in listed["items"]] == [(first["id"], "running")]


async def test_an_idempotency_key_starts_one_rotation(site) -> None:
    """The same key and words again give the first rotation; the same key with other words is 422."""
    order, key = site.order(await site.plan()), {"Idempotency-Key": f"start {site.id}"}
    first = await site.house.post("/v1/rotations", order, 202, **key)
    await site.task(first["id"], "save_recovery_file")

    again = await site.house.post("/v1/rotations", order, 202, **key)
    assert (again["id"], again["created_at"]) == (first["id"], first["created_at"])

    other = await site.house.post("/v1/rotations", order | {"why": "something else"}, 422, **key)
    assert other["remedy"]
    assert len((await site.house.get(f"/v1/rotations?site_id={site.id}"))["items"]) == 1


@pytest.mark.parametrize(
    ("change", "about"), [(assign_another_list, COPY), (untick_secure_communications, "My Company\\Labs")]
)
async def test_a_plan_that_the_site_has_outgrown_starts_nothing(site, change, about) -> None:
    """What a colleague changed since the plan was made is found before the start: 409 with findings."""
    plan = await site.plan()
    await change(site)
    before = await site.settings(), await site.effects()

    refused = await site.house.post("/v1/rotations", site.order(plan), 409)

    assert refused["type"] == "/problems/plan-stale"
    assert any(about in finding["subject"] for finding in refused["findings"]), refused["findings"]
    assert all(finding["remedy"] for finding in refused["findings"])
    await started_nothing(site)
    assert (await site.settings(), await site.effects()) == before


async def test_another_hash_than_the_plans_starts_nothing(site) -> None:
    """Who approves a hash that the plan does not have is refused."""
    plan = await site.plan()
    refused = await site.house.post("/v1/rotations", site.order(plan | {"hash": "0" * 64}), 409)
    assert refused["type"] == "/problems/plan-hash-differs"
    assert refused["remedy"]
    await started_nothing(site)
