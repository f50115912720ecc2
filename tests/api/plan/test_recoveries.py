"""Putting back a certificate that is damaged or lost: planned, started, done and watched from outside."""

import base64
import hashlib
from datetime import timedelta

import httpx
import pytest
from pydantic import SecretStr

from cli.certificate.recovery_inspection import copy_of
from engine.ids import rotation_workflow
from rotation.site import Server, Site
from rotation.values import Fingerprint, ServerName, SiteId
from service.world import wall_clock
from store.site.access import SiteConnection
from tests.api.conftest import as_registered

SEPM_1 = "SEPM-1"


@pytest.fixture
async def console(spare):
    """Acts at the emulated site, through its control API."""
    control = spare["control"]
    headers = {"Authorization": f"Bearer {control['token']}"}
    async with httpx.AsyncClient(base_url=control["url"], headers=headers) as http:

        async def do(path, **body):
            answer = await http.post(path, json=body)
            answer.raise_for_status()
            return answer.json()

        yield do


@pytest.fixture
async def lost(whole, spare, console, tmp_path):
    """A site that was surveyed before the keystore of its only server was lost; gives its id and a recovery file."""
    answer = await whole.post("/v1/sites", json=as_registered(spare) | {"name": tmp_path.name})
    assert answer.status_code == 201, answer.text
    site = answer.json()["id"]
    assert (await whole.post(f"/v1/sites/{site}/survey")).status_code == 200
    saved = await console("/console/save_recovery_file", server=SEPM_1)
    file = tmp_path / saved["filename"]
    file.write_bytes(base64.b64decode(saved["content_base64"]))
    await console("/site-events", site_event="certificate_damaged", server=SEPM_1, form="lost")
    return site, file


async def test_a_recovery_needs_a_file_and_is_started_soon(whole, lost, calling_at, problem):
    """Without a recovery file none is planned; a plan of hours ago is not started: servers may present others."""
    site, file = lost
    path = f"/v1/sites/{site}/recovery-plans"
    body = problem(await whole.post(path, json={}), 422, "plan-refused")
    assert [finding["code"] for finding in body["findings"]] == ["recovery-file-missing"]
    made = await whole.post(path, json={"files": {SEPM_1: copy_of(file)}})
    assert made.status_code == 201, made.text
    order = {"plan_id": made.json()["id"], "plan_hash": made.json()["hash"], "why": "lost"}
    async with calling_at(wall_clock() + timedelta(hours=2)) as later:
        body = problem(await later.post("/v1/rotations", json=order), 409, "plan-stale")
    assert [finding["code"] for finding in body["findings"]] == ["recovery-plan-old"]


async def test_a_lost_certificate_comes_back(whole, rotator, console, lost, shown_when):
    """One command plans and starts it though SEPM is dead; the task closes by the handshake; it can be cancelled."""
    site, file = lost
    code, out, err = await rotator("recover", site, "-f", f"{SEPM_1}={file}", "--why", "the disk is gone")
    assert code == 0, err
    assert "Put the certificate of SEPM-1 back that clients hold" in out
    (rotation,) = (await whole.get("/v1/rotations", params={"site_id": site})).json()["items"]
    assert rotation["id"] in out

    await shown_when(rotation["id"], lambda shown: shown["live"] and shown["live"]["task"])
    (task,) = (await whole.get("/v1/tasks", params={"state": "open", "site_id": site})).json()["items"]
    assert (task["kind"], task["evidence"]) == ("put_certificate_back", "observed")
    assert task["subject"]["recovery_sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert task["subject"]["keystore"].startswith("keystore_")
    early = await whole.post(f"/v1/tasks/{task['id']}/done", json={})
    assert early.status_code == 409
    held = task["subject"]["fingerprint_sha256"]
    await console("/console/restore_certificate", server=SEPM_1, fingerprint_sha256=held)
    gate = await shown_when(rotation["id"], lambda shown: shown["live"] and shown["live"]["wait"])
    assert (gate["step_number"], gate["live"]["purpose"]) == ("returned", "recover")
    cancelled = await whole.post(f"/v1/rotations/{rotation['id']}/cancel", json={"why": "enough"})
    assert cancelled.status_code == 200, cancelled.text
    assert (await shown_when(rotation["id"], lambda shown: shown["status"] != "running"))["status"] == "cancelled"


async def test_a_recovery_ended_from_outside_is_planned_again(whole, lost, temporal, until, problem):
    """It has changed no setting: a restore has nothing to do and says what helps, and withdraws its task."""
    site, file = lost

    async def begun():
        made = (await whole.post(f"/v1/sites/{site}/recovery-plans", json={"files": {SEPM_1: copy_of(file)}})).json()
        order = {"plan_id": made["id"], "plan_hash": made["hash"], "why": "lost"}
        answer = await whole.post("/v1/rotations", json=order)
        assert answer.status_code == 202, answer.text

    async def waiting():
        return (await whole.get("/v1/tasks", params={"state": "open", "site_id": site})).json()["items"]

    await begun()
    (task,) = await until(waiting, lambda tasks: tasks)
    await temporal.get_workflow_handle(rotation_workflow(site)).terminate("torn off")
    refusal = problem(await whole.post(f"/v1/sites/{site}/restore", json={"why": "x"}), 409, "nothing-to-restore")
    assert f"POST /v1/sites/{site}/recovery-plans" in refusal["remedy"]
    assert await waiting() == []
    await begun()
    (another,) = await until(waiting, lambda tasks: tasks)
    assert another["id"] != task["id"]


async def test_what_is_not_known_is_refused_with_what_to_do(store, api, problem):
    """A site that was never surveyed, a server that it does not have, what is no SHA-256."""
    connection = SiteConnection(
        rest_url="https://127.0.0.1:1",
        username="u",
        password=SecretStr("p"),
        fingerprints=frozenset({Fingerprint("a")}),
    )
    server = Server(name=ServerName(SEPM_1), address="127.0.0.1", https_port=1)
    await store.sites.add(Site(id=SiteId("vienna"), name="Vienna", servers=(server,)), connection, wall_clock())
    path = "/v1/sites/vienna/recovery-plans"
    body = problem(await api.post(path, json={}), 422, "plan-refused")
    assert [finding["code"] for finding in body["findings"]] == ["recovery-site-unknown"]
    problem(await api.post(path, json={"held": {"SEPM-9": "ab" * 32}}), 422, "unknown-server")
    problem(await api.post(path, json={"held": {SEPM_1: "ab"}}), 422, "invalid-request")
    problem(await api.post("/v1/sites/none/recovery-plans", json={}), 404, "unknown-site")
