"""The file of a rotation's originals: taken over the API and the command line, and given to a store that lost them."""

import json
from dataclasses import replace

import pytest
from pydantic import SecretStr

from engine.ids import rotation_workflow
from rotation.identity.permission import Role
from rotation.originals.file import LARGEST, read_originals, sha256_of, write_originals
from rotation.originals.plan_of_file import plan_known
from rotation.site import Server, Site
from rotation.values import Fingerprint, PlanId, RotationId
from store.progress import NewRotation, Progress, RotationStatus
from store.settings import StoreSettings
from store.site.access import SiteConnection
from store.store import Store
from tests.api.conftest import calling
from tests.api.identified import key_of, know
from tests.fuzz.corpus import originals

REASON = {"why": "a reason"}


@pytest.fixture
async def rotation(whole, plan):
    """A rotation that has just started."""
    answer = await whole.post("/v1/rotations", json={"plan_id": plan["id"], "plan_hash": plan["hash"], **REASON})
    assert answer.status_code == 202, answer.text
    return answer.json()


@pytest.fixture
async def task(whole, rotation, until):
    """Its first console task."""

    async def look():
        return (await whole.get("/v1/tasks", params={"rotation_id": rotation["id"]})).json()["items"]

    return (await until(look, lambda items: items))[0]


@pytest.fixture
async def file(whole, rotation, task):
    """The text of the file, taken when that task is open."""
    assert f"rotator originals {rotation['id']} --out" in "\n".join(task["instructions"])
    answer = await whole.get(f"/v1/rotations/{rotation['id']}/originals")
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.fixture
async def torn(temporal, site, file):
    """The rotation was ended from outside; gives the file."""
    await temporal.get_workflow_handle(rotation_workflow(site)).terminate("torn off")
    return file


@pytest.fixture
async def renewed(connected, staffed, document, tmp_path):
    """An API over a new store, in which the site was registered again by hand; its worker is one of its own."""
    store = await Store.open(StoreSettings(folder=tmp_path / "new"))
    await know(store)
    parts = replace(connected, store=store, task_queue=f"{tmp_path.name}-new")
    try:
        async with staffed(parts), calling(parts) as api:
            registered = await api.post("/v1/sites", json=document | {"name": tmp_path.name})
            assert registered.status_code == 201, registered.text
            yield api, store
    finally:
        await store.close()


@pytest.fixture
def lost(torn, renewed):
    """The same, once the rotation does not run any more."""
    assert torn
    return renewed


@pytest.fixture
def file_only():
    """A site, and the plan of a rotation that is known by a file of its originals alone."""
    given = read_originals(originals()[1].decode())
    servers = tuple(Server(name=server.name, address=server.address) for server in given.servers)
    site = Site(id=given.site_id, name=given.site_name, servers=servers)
    return site, plan_known(given, site, "survey", plan_id=PlanId("plan-known"), now=given.recorded_at)


def changed(file, **update):
    """The file with other originals in it, and the SHA-256 of those."""
    return write_originals(read_originals(file).model_copy(update=update))


async def nothing_recorded(store, site):
    """Whether the store knows of no original and no rotation."""
    return not await store.originals.unrestored(site) and not (await store.rotations.page(sites=(site,))).items


async def test_the_file_is_taken_when_the_first_task_is_open(whole, rotation, file, site):
    """It is an attachment of the same text each time, names the site, and holds nothing secret."""
    again = await whole.get(f"/v1/rotations/{rotation['id']}/originals")
    assert again.text == file
    assert again.headers["content-disposition"] == f'attachment; filename="originals-{rotation["id"]}.json"'
    originals = read_originals(file)
    assert (originals.site_id, originals.rotation_id) == (site, rotation["id"])
    shown = (await whole.get(f"/v1/sites/{site}")).json()
    assert f'"{shown["username"]}"' not in file
    assert "password" not in file


async def test_a_rotation_without_originals_has_no_file(whole, plan, site, connected, problem):
    """Before its preflight is over it has recorded none, and the answer says when to ask again."""
    new = NewRotation(
        id=RotationId("rot-new"), site_id=site, plan_id=plan["id"], plan_hash=plan["hash"], started_by="ann"
    )
    await connected.store.rotations.create(new, connected.clock())
    refusal = problem(await whole.get("/v1/rotations/rot-new/originals"), 409, "no-originals")
    assert "preflight" in refusal["remedy"]
    problem(await whole.get("/v1/rotations/none/originals"), 404, "unknown-rotation")


async def test_the_command_writes_it_and_replaces_no_file(rotator, rotation, file, tmp_path):
    """It says how many pairs, the SHA-256, and how it is put back; as JSON too."""
    out = tmp_path / "kept.json"
    code, shown, err = await rotator("originals", rotation["id"], "--out", str(out))
    assert code == 0, err
    assert out.read_text("utf-8") == file
    assert out.stat().st_mode & 0o777 == 0o600
    assert sha256_of(read_originals(file)) in shown
    assert f"rotator restore {rotation['site_id']} --originals kept.json --why REASON" in shown
    code, _, err = await rotator("originals", rotation["id"], "--out", str(out))
    assert (code, "is there already" in err) == (2, True)
    code, shown, _ = await rotator("originals", rotation["id"], "--out", str(tmp_path / "again.json"), "--json")
    assert json.loads(shown)["sha256"] == sha256_of(read_originals(file))


async def test_its_sha256_may_come_with_the_first_task(whole, task, file, problem):
    """Another one is not taken, and the task stays open."""
    path = f"/v1/tasks/{task['id']}"
    assert (await whole.post(f"{path}/claim", json={})).status_code == 200
    files = {"filename": "recovery_1.zip", "sha256": "ab" * 32}
    wrong = {"evidence": files | {"originals_sha256": "cd" * 32}}
    refusal = problem(await whole.post(f"{path}/done", json=wrong), 409, "task-done-refused")
    assert "originals_sha256" in refusal["remedy"]
    right = {"evidence": files | {"originals_sha256": sha256_of(read_originals(file))}}
    assert (await whole.post(f"{path}/done", json=right)).json()["state"] == "done"


async def test_a_lost_store_restores_from_the_file(lost, torn, site, problem):
    """Its originals are recorded as the rotation had recorded them, and the restore goes the usual way."""
    api, store = lost
    path = f"/v1/sites/{site}/restore"
    problem(await api.post(path, json=REASON), 409, "nothing-to-restore")
    answer = await api.post(path, json=REASON | {"originals": torn})
    assert (answer.status_code, answer.json()["purpose"]) == (202, "restore"), answer.text
    given = read_originals(torn)
    recorded = await store.originals.of(given.rotation_id)
    assert {each.pair: (each.settings, each.group_path) for each in recorded} == {
        each.pair: (each.settings, each.group_path) for each in given.pairs
    }
    assert (await store.rotations.get(given.rotation_id)).status is RotationStatus.TERMINATED
    (event,) = (await api.get(f"/v1/rotations/{given.rotation_id}/events")).json()["items"]
    assert sha256_of(given) in event["message"]
    known = (await api.get(f"/v1/rotations/{given.rotation_id}")).json()["plan_id"]
    plan = (await api.get(f"/v1/plans/{known}")).json()
    assert plan["reasons"][0]["code"] == "originals-from-file"
    assert (await api.post(path, json=REASON | {"originals": torn})).json()["id"] == answer.json()["id"]
    ben = {"Authorization": f"Bearer {await key_of(store, 'ben', Role.ADMIN)}"}
    problem(await api.post(path, json=REASON | {"originals": torn}, headers=ben), 409, "site-busy")


async def test_an_unusable_file_is_refused_and_changes_nothing(lost, torn, site, problem):
    """Damaged, newer, cut, empty, too large: each is refused by its code, and nothing is recorded."""
    api, store = lost
    for text, code in (
        (torn.replace("My Company", "My Compamy", 1), "originals-damaged"),
        (torn.replace('"version": 1', '"version": 2'), "originals-newer"),
        (torn[: len(torn) // 2], "originals-unreadable"),
        ("", "originals-unreadable"),
        ("x" * (LARGEST + 1), "invalid-request"),
    ):
        refusal = problem(await api.post(f"/v1/sites/{site}/restore", json=REASON | {"originals": text}), 422, code)
        assert site in refusal["detail"] or code == "invalid-request"
    assert await nothing_recorded(store, site)


async def test_a_file_of_another_site_is_refused(lost, torn, site, problem):
    """By its id, by a server, and by groups of which none is there."""
    api, store = lost
    given = read_originals(torn)
    (server,) = given.servers
    strange = [each.model_copy(update={"group_id": f"other-{n}"}) for n, each in enumerate(given.pairs)]
    for other in (
        {"site_id": "another", "site_name": "Another"},
        {"servers": (server.model_copy(update={"name": "SEPM-9"}),)},
        {"pairs": tuple(strange)},
    ):
        body = REASON | {"originals": changed(torn, **other), "accept_differences": True}
        problem(await api.post(f"/v1/sites/{site}/restore", json=body), 409, "originals-of-another-site")
    assert await nothing_recorded(store, site)


async def test_a_file_whose_certificates_are_not_those_of_the_site_is_refused(lost, torn, site, problem):
    """An older file of the same site: clients would have to verify a certificate that the file does not know."""
    api, store = lost
    (chosen,) = read_originals(torn).certificates
    older = chosen.model_copy(update={"fingerprint": "ab" * 32, "replaces": "cd" * 32})
    body = REASON | {"originals": changed(torn, certificates=(older,)), "accept_differences": True}
    refusal = problem(await api.post(f"/v1/sites/{site}/restore", json=body), 409, "originals-do-not-fit")
    assert [each["code"] for each in refusal["findings"]] == ["certificate-unlike"]
    assert await nothing_recorded(store, site)


async def test_what_is_not_at_the_site_is_named(lost, torn, site, problem):
    """A pair that is gone, one that was changed, a list that is unknown; accepted, the rest is restored."""
    api, store = lost
    given = read_originals(torn)
    gone = given.pairs[0].model_copy(update={"location_id": "gone", "location_name": "Gone"})
    other = given.pairs[0].model_copy(update={"server_list": "Lost list"})
    body = REASON | {"originals": changed(torn, pairs=(other, *given.pairs[1:], gone))}
    refusal = problem(await api.post(f"/v1/sites/{site}/restore", json=body), 409, "originals-do-not-fit")
    assert [each["code"] for each in refusal["findings"]] == ["pair-gone", "list-gone", "pair-changed"]
    assert refusal["findings"][0]["subject"].endswith("/ Gone")
    assert await nothing_recorded(store, site)
    accepted = await api.post(f"/v1/sites/{site}/restore", json=body | {"accept_differences": True})
    assert accepted.status_code == 202, accepted.text
    recorded = await store.originals.of(given.rotation_id)
    assert {each.pair for each in recorded} == {each.pair for each in given.pairs}
    assert "Lost list" in {each.settings.server_list for each in recorded}


@pytest.mark.usefixtures("task")
async def test_not_while_a_rotation_runs(whole, file, site, problem):
    """The site is busy, whatever the file says."""
    problem(await whole.post(f"/v1/sites/{site}/restore", json=REASON | {"originals": file}), 409, "site-busy")


async def test_the_stores_own_record_wins(whole, store, torn, site, problem):
    """One that differs is named and refused, with the way without the file; the same one is no matter."""
    given = read_originals(torn)
    other = (given.pairs[0].model_copy(update={"server_list": "Other"}), *given.pairs[1:])
    path = f"/v1/sites/{site}/restore"
    refusal = problem(
        await whole.post(path, json=REASON | {"originals": changed(torn, pairs=other)}), 409, "originals-differ"
    )
    assert [each["subject"] for each in refusal["findings"]] == [given.pairs[0].name]
    assert refusal["remedy"] == f"restore without the file: rotator restore {site} --why REASON"
    assert await store.originals.of(given.rotation_id)
    answer = await whole.post(path, json=REASON | {"originals": torn})
    assert (answer.status_code, answer.json()["purpose"]) == (202, "restore"), answer.text


async def test_what_was_put_back_is_not_put_back_again(whole, connected, torn, site, problem):
    """A rotation that was restored here is known; so is one that began after the file was made."""
    given = read_originals(torn)
    path = f"/v1/sites/{site}/restore"
    store, now = connected.store, connected.clock()
    await store.rotations.project(given.rotation_id, Progress(status=RotationStatus.RESTORED), now)
    await store.originals.mark_restored(given.rotation_id, now)
    problem(await whole.post(path, json=REASON | {"originals": torn}), 409, "originals-kept")
    older = changed(torn, rotation_id="rot-older", recorded_at=given.recorded_at.replace(year=2020))
    refusal = problem(await whole.post(path, json=REASON | {"originals": older}), 409, "originals-outdated")
    assert given.rotation_id in refusal["detail"]


async def test_not_while_temporal_runs_what_the_store_has_lost(file, renewed, site, problem):
    """The store alone was lost: the workflow is ended first, by the command that the answer gives."""
    api, store = renewed
    answer = await api.post(f"/v1/sites/{site}/restore", json=REASON | {"originals": file})
    assert "terminate" in problem(answer, 409, "rotation-adrift")["remedy"]
    assert await nothing_recorded(store, site)


async def test_what_a_file_knows_is_no_plan_to_start(api, store, file_only, problem):
    """Its plan says what may have to be put back; started, it would do nothing."""
    site, plan = file_only
    connection = SiteConnection(
        rest_url="https://127.0.0.1:1",
        username="u",
        password=SecretStr("p"),
        fingerprints=frozenset({Fingerprint("a")}),
    )
    await store.sites.add(site, connection, plan.made_at)
    await store.plans.add(plan)
    order = REASON | {"plan_id": plan.id, "plan_hash": plan.hash}
    refusal = problem(await api.post("/v1/rotations", json=order), 409, "plan-stale")
    assert [each["code"] for each in refusal["findings"]] == ["plan-is-from-file"]


async def test_the_command_brings_the_file(rotator, torn, site, tmp_path):
    """The command refuses a file that it cannot read, the API a damaged one; a good one starts the restore."""
    path = tmp_path / "kept.json"
    code, _, err = await rotator("restore", site, "--originals", str(path), "--why", "lost")
    assert (code, "cannot be read" in err) == (2, True)
    path.write_bytes(b"\xff\xfe\x00")
    code, _, err = await rotator("restore", site, "--originals", str(path), "--why", "lost")
    assert (code, "cannot be read" in err) == (2, True)
    path.write_text(torn[:-20], "utf-8")
    code, _, err = await rotator("restore", site, "--originals", str(path), "--why", "lost")
    assert (code, "the file is no JSON" in err) == (1, True)
    with path.open("wb") as large:
        large.truncate(41 << 20)
    code, _, err = await rotator("restore", site, "--originals", str(path), "--why", "lost")
    assert (code, "too large" in err) == (2, True)
    code, _, err = await rotator("restore", site, "--accept-differences", "--why", "lost")
    assert (code, "--originals" in err) == (2, True)
    path.write_text(torn, "utf-8")
    code, out, err = await rotator("restore", site, "--originals", str(path), "--why", "lost", "--accept-differences")
    assert code == 0, err
    assert f"of site {site}: running" in out
