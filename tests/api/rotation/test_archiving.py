"""Sites that get another name, are archived, and are taken back: who may begin what there, and what the trail has."""

from dataclasses import replace
from datetime import timedelta

import pytest

from activities.survey.watching import Watching
from engine.client.runs import newest_run
from engine.client.surveys import survey
from engine.contract import WatchRequest
from engine.fault import SurveyFailed
from engine.ids import rotation_workflow, survey_workflow
from rotation.survey import Pair, PairSettings
from rotation.values import GroupId, ListName, LocationId
from service.world import World, wall_clock
from store.progress import Progress, RotationStatus
from tests.api.conftest import calling
from tests.store.conftest import Make

WHY = {"why": "the branch was closed"}


@pytest.fixture
async def left_changed(store):
    """A site whose rotation was ended from outside, and is not put back. Gives its id."""
    make = Make()
    await store.sites.add(make.site(), make.connection(), make.t0)
    await store.plans.add(make.plan())
    await store.rotations.create(make.new(), make.t0)
    pair = Pair(group_id=GroupId("G1"), location_id=LocationId("loc-1"))
    settings = PairSettings(server_list=ListName("Default"), secure_communications=True, heartbeat=timedelta(minutes=5))
    await store.originals.record(
        make.new().id, make.site().id, pair, group_path="g", location_name="l", settings=settings, at=make.t0
    )
    ended = Progress(status=RotationStatus.TERMINATED, finished_at=make.t0)
    await store.rotations.project(make.new().id, ended, make.t0)
    return make.site().id


async def test_a_site_gets_another_name(api, document, problem):
    """Its id stays; the trail has both names, who and why, and holds; a name that is taken changes nothing."""
    site = (await api.post("/v1/sites", json=document)).json()["id"]
    await api.post("/v1/sites", json=document | {"name": "Vienna"})
    renamed = await api.post(f"/v1/sites/{site}/rename", json={"name": "Brno 2", **WHY})
    assert (renamed.status_code, renamed.json()["id"], renamed.json()["name"]) == (200, site, "Brno 2")
    problem(await api.post(f"/v1/sites/{site}/rename", json={"name": "Vienna", **WHY}), 409, "site-exists")
    problem(await api.patch(f"/v1/sites/{site}", json={"name": "Vienna", **WHY}), 409, "site-exists")
    assert (await api.patch(f"/v1/sites/{site}", json={"name": "Brno 2", **WHY})).json() == renamed.json()
    problem(await api.post(f"/v1/sites/{site}/rename", json={"name": "Brno 3"}), 422, "invalid-request")
    assert [each["name"] for each in (await api.get("/v1/sites")).json()["items"]] == ["Brno 2", "Vienna"]
    _, event = (await api.get(f"/v1/sites/{site}/events")).json()["items"]
    assert (event["kind"], event["who"], event["address"]) == ("renamed", "ann", "127.0.0.1")
    assert event["message"] == "name: Brno 2: the branch was closed"
    assert event["data"]["name"] == f"{document['name']} -> Brno 2"
    assert (await api.get("/v1/audit/verification")).json()["broken"] == []


async def test_nothing_begins_at_an_archived_site(whole, connected, site, plan, document, *, problem):
    """No survey, plan, recovery, rotation, restore, contact or look of the watch; what was kept is read."""
    path = f"/v1/sites/{site}"
    archived = await whole.post(f"{path}/archive", json=WHY)
    assert archived.status_code == 200, archived.text
    assert (await whole.post(f"{path}/archive", json=WHY)).json() == archived.json()
    access = {name: document[name] for name in ("rest_url", "username", "password", "trust")}
    (certificate,) = (await whole.get("/v1/certificates")).json()["items"]
    order = {"site_id": site, "certificates": {"*": certificate["id"]}}
    for method, where, body in (
        ("POST", f"{path}/survey", None),
        ("POST", "/v1/plans", order | {"survey_max_age": "PT2H"}),
        ("POST", f"{path}/recovery-plans", {"files": {}, "held": {}}),
        ("POST", "/v1/rotations", {"plan_id": plan["id"], "plan_hash": plan["hash"], **WHY}),
        ("POST", f"{path}/restore", WHY),
        ("PUT", f"{path}/access", access | WHY),
    ):
        refusal = problem(await whole.request(method, where, json=body), 409, "site-archived")
        assert "take-back" in refusal["remedy"]
    with pytest.raises(SurveyFailed, match="archived") as failed:
        await survey(connected.temporal, site, timedelta(minutes=1), task_queue=connected.task_queue)
    assert failed.value.type == "site-archived"
    world = World(store=connected.store, clock=connected.clock, probe=connected.probe)
    assert (await Watching(world).watch_certificates(WatchRequest())).sites == 0
    assert (await whole.get("/v1/sites")).json()["items"] == []
    (listed,) = (await whole.get("/v1/sites", params={"archived": True})).json()["items"]
    assert listed["archived_at"] == archived.json()["archived_at"]
    assert (await whole.get(f"/v1/plans/{plan['id']}")).status_code == 200
    assert (await whole.get("/v1/rotations")).json()["items"] == []
    for _ in range(2):
        assert (await whole.post(f"{path}/take-back", json=WHY)).json()["archived_at"] is None
    assert (await whole.post(f"{path}/survey")).status_code == 200
    events = (await whole.get(f"{path}/events")).json()["items"]
    acts = [
        (each["kind"], each["who"], each["message"]) for each in events if each["kind"] in {"archived", "taken-back"}
    ]
    assert acts == [
        ("archived", "ann", f"archived: {WHY['why']}"),
        ("taken-back", "ann", f"taken back: {WHY['why']}"),
    ]
    assert (await whole.get("/v1/audit/verification", params={"site_id": site})).json()["broken"] == []


async def test_a_busy_site_is_not_archived(unstaffed, document, tmp_path, problem):
    """A survey that runs there refuses it, and so does a rotation; nothing is put on the trail."""
    parts = replace(unstaffed, survey_wait=timedelta(0))
    async with calling(parts) as api:
        site = (await api.post("/v1/sites", json=document | {"name": tmp_path.name})).json()["id"]
        assert (await api.post(f"/v1/sites/{site}/survey")).status_code == 202
        refusal = problem(await api.post(f"/v1/sites/{site}/archive", json=WHY), 409, "site-busy")
        assert "surveyed" in refusal["detail"]
        await parts.temporal.get_workflow_handle(survey_workflow(site)).terminate()
        make = Make()
        await parts.store.plans.add(make.plan(site_id=site))
        await parts.store.rotations.create(make.new(site_id=site), wall_clock())
        problem(await api.post(f"/v1/sites/{site}/archive", json=WHY), 409, "site-busy")
        events = (await api.get(f"/v1/sites/{site}/events")).json()["items"]
        assert [each["kind"] for each in events] == ["registered", "rotation-started"]
        # what Temporal shows and is searched by is the id: a name may change
        run = await newest_run(parts.temporal, rotation_workflow(site))
        assert run is not None
        shown = await parts.temporal.get_workflow_handle(run.workflow_id).describe()
        assert {pair.key.name: pair.value for pair in shown.typed_search_attributes}["RotatorSite"] == site
        await parts.temporal.get_workflow_handle(run.workflow_id).terminate()


async def test_a_site_that_was_left_changed_is_archived_when_that_is_accepted(whole, store, left_changed, problem):
    """The refusal names the rotation; accepted, it is on the trail, and no report names the site as left changed."""
    path = f"/v1/sites/{left_changed}/archive"
    assert "rot-1" in problem(await whole.post(path, json=WHY), 409, "site-left-changed")["detail"]
    assert [each for each, _ in await store.originals.left_changed()] == ["rot-1"]
    archived = await whole.post(path, json=WHY | {"accept_left_changed": True})
    assert archived.status_code == 200, archived.text
    event = (await whole.get(f"/v1/sites/{left_changed}/events")).json()["items"][-1]
    assert (event["kind"], event["data"]["left_changed"]) == ("archived", "rot-1")
    assert await store.originals.left_changed() == ()


async def test_the_commands_rename_archive_and_take_back(rotator, site):
    """Each says what the site is now; the list has an archived site only where it is asked for."""
    code, out, err = await rotator("site", "rename", site, "Brno 2", "--why", "it has moved")
    assert (code, "is named Brno 2" in out) == (0, True), err
    code, out, err = await rotator("site", "archive", site, "--why", "closed")
    assert (code, "is archived" in out) == (0, True), err
    assert "Brno 2" not in (await rotator("site", "list"))[1]
    assert "Brno 2" in (await rotator("site", "list", "--archived"))[1]
    assert "archived since" in (await rotator("site", "show", site))[1]
    code, _, err = await rotator("site", "survey", site)
    assert code != 0
    assert "take-back" in err
    code, out, err = await rotator("site", "take-back", site, "--why", "open again")
    assert (code, "in use again" in out) == (0, True), err
