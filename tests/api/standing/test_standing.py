"""What the service says of a rotation when the store and Temporal do not know the same, and how each of it ends."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from google.protobuf.duration_pb2 import Duration
from sqlalchemy import event
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import (
    DeleteWorkflowExecutionRequest,
    RegisterNamespaceRequest,
    ResetWorkflowExecutionRequest,
)
from temporalio.service import RPCError

from activities.admission import NOT_RECORDED
from api.standing.reconciler import Reconciler
from engine.client.client import lazy_client
from engine.client.runs import newest_run, open_runs
from engine.ids import rotation_workflow
from rotation.running.message import Message, Move
from rotation.standing.reconciliation import reconciled
from rotation.standing.trouble import TroubleCode
from store.progress import Progress, RotationStatus
from store.settings import StoreSettings
from store.store import Store
from tests.api.conftest import calling
from tests.api.identified import know
from tests.api.other_versions import Breaks, Sleeps

REASON = {"why": "a reason"}
MINUTE = timedelta(minutes=1)
TASK_COMPLETED = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED


@pytest.fixture
async def alone(temporal):
    """No workflow runs that another test of the same server has left: this test's store does not know it."""
    async for left in temporal.list_workflows("ExecutionStatus = 'Running'"):
        await temporal.get_workflow_handle(left.id).terminate("its test is over")
    async with asyncio.timeout(30):
        while (await temporal.count_workflows("ExecutionStatus = 'Running'")).count:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


@pytest.fixture
async def api(unstaffed, alone):  # noqa: ARG001 - it only comes first
    """An API over store and Temporal; who serves rotations is up to the test."""
    unstaffed.standings.begin(datetime.now(UTC), None)
    async with calling(unstaffed) as client:
        yield client


@pytest.fixture
async def rotation(api, unstaffed, staffed, document, *, tmp_path, until):
    """A rotation at its first console task, its site not changed yet and its settings recorded; no worker is left."""
    async with staffed(unstaffed):
        site = (await api.post("/v1/sites", json=document | {"name": tmp_path.name})).json()["id"]
        made = (await api.post("/v1/certificates/self-signed", json={"names": ["127.0.0.1"]})).json()
        order = {"site_id": site, "certificates": {"*": made["certificate"]["id"]}, "trusted_networks": ["10.0.0.0/16"]}
        plan = (await api.post("/v1/plans", json=order)).json()
        approved = {"plan_id": plan["id"], "plan_hash": plan["hash"], **REASON}
        key = {"Idempotency-Key": "a-key"}
        begun = (await api.post("/v1/rotations", json=approved, headers=key)).json()
        await until(lambda: unstaffed.store.tasks.list(rotation_id=begun["id"]), lambda tasks: tasks)
    yield begun
    await _end(unstaffed, site)


async def _end(parts, site):
    run = await newest_run(parts.temporal, rotation_workflow(site))
    if run is not None and run.status.is_open:
        await parts.temporal.get_workflow_handle(rotation_workflow(site)).terminate()


def handle(parts, rotation):
    return parts.temporal.get_workflow_handle(rotation_workflow(rotation["site_id"]))


async def shown_as(api, problem, rotation, standing, code):
    """How it is shown everywhere: status, list, attention, health. Gives the trouble."""
    path = f"/v1/rotations/{rotation['id']}"
    shown = (await api.get(path)).json()
    assert (shown["status"], shown["standing"], shown["trouble"]["code"]) == ("running", standing, code), shown
    assert code in {each["code"] for each in shown["attention"]}
    (listed,) = (await api.get("/v1/rotations", params={"site_id": rotation["site_id"]})).json()["items"]
    assert (listed["standing"], listed["trouble"]) == (standing, shown["trouble"])
    assert listed["attention"][0]["remedy"] == shown["trouble"]["remedy"]
    refusal = problem(await api.get("/healthz/ready"), 503, "not-well")
    assert rotation["site_id"] not in str(refusal), "it needs no key"
    assert (await api.get("/healthz/live")).status_code == 200
    return shown["trouble"]


async def named_by_health(api, rotation):
    return rotation["id"] in (await api.get("/healthz/ready")).json()["detail"]


async def is_refused_with(api, problem, rotation, remedy):
    """Every move of the rotation is refused with the one remedy that helps."""
    for move in ("hold", "cancel", "resume"):
        refusal = problem(await api.post(f"/v1/rotations/{rotation['id']}/{move}", json=REASON), 409, "rotation-adrift")
        assert refusal["remedy"] == remedy


async def is_restored(api, problem, unstaffed, staffed, rotation):
    """A new start says to restore first, a restore begins, and what was adrift is not any more."""
    order = {"plan_id": rotation["plan_id"], "plan_hash": rotation["plan_hash"], **REASON}
    refusal = problem(await api.post("/v1/rotations", json=order), 409, "site-left-changed")
    assert refusal["remedy"].endswith(f"/v1/sites/{rotation['site_id']}/restore")
    async with staffed(unstaffed):
        answer = await api.post(f"/v1/sites/{rotation['site_id']}/restore", json=REASON)
        assert (answer.status_code, answer.json()["purpose"]) == (202, "restore"), answer.text
    found = await Reconciler(unstaffed).look()
    assert rotation["id"] not in {each.trouble.subject for each in found.all}
    torn = (await api.get(f"/v1/rotations/{rotation['id']}")).json()
    assert (torn["status"], torn["standing"], torn["trouble"]) == ("terminated", None, None)
    assert problem(await api.post(f"/v1/rotations/{rotation['id']}/hold", json=REASON), 409, "not-running")


async def test_a_rotation_that_is_well_is_sound(api, unstaffed, staffed, rotation):
    """Store and Temporal agree and a worker answers: sound, no trouble, and the service is ready."""
    path = f"/v1/rotations/{rotation['id']}"
    assert (await api.get(path)).json()["standing"] == "unknown", "nobody has looked yet"
    async with staffed(unstaffed):
        await Reconciler(unstaffed).look()
        shown = (await api.get(path)).json()
        assert (shown["standing"], shown["trouble"]) == ("sound", None)
        ready = await api.get("/healthz/ready")
        assert (ready.status_code, ready.json()) == (200, {"status": "ready", "notifications": "unused"}), ready.text


@pytest.mark.parametrize("how", ["terminated", "deleted"])
async def test_a_rotation_that_temporal_has_lost_is_adrift_until_it_is_restored(
    api, unstaffed, staffed, rotation, how, *, problem, until
):
    """Terminated, or deleted with its history: everything names `rotator restore`, which ends it."""
    await handle(unstaffed, rotation).terminate("pulled out")
    code = TroubleCode.ENDED_OUTSIDE
    if how == "deleted":
        code = TroubleCode.HISTORY_GONE
        execution = WorkflowExecution(workflow_id=rotation_workflow(rotation["site_id"]))
        delete = DeleteWorkflowExecutionRequest(namespace=unstaffed.temporal.namespace, workflow_execution=execution)
        await unstaffed.temporal.workflow_service.delete_workflow_execution(delete)
        await until(lambda: newest_run(unstaffed.temporal, execution.workflow_id), lambda run: run is None)
    await Reconciler(unstaffed).look()
    trouble = await shown_as(api, problem, rotation, "adrift", code)
    assert await named_by_health(api, rotation)
    assert trouble["remedy"] == f"rotator restore {rotation['site_id']} --why REASON"
    await is_refused_with(api, problem, rotation, trouble["remedy"])
    await is_restored(api, problem, unstaffed, staffed, rotation)


async def test_a_site_left_changed_is_reported_until_it_is_restored(api, unstaffed, staffed, rotation, problem):
    """Noted as terminated, and not put back: the refused start that noted it does not end the alarm, a restore does."""
    await handle(unstaffed, rotation).terminate("pulled out")
    order = {"plan_id": rotation["plan_id"], "plan_hash": rotation["plan_hash"], **REASON}
    problem(await api.post("/v1/rotations", json=order), 409, "site-left-changed")
    await Reconciler(unstaffed).look()
    shown = (await api.get(f"/v1/rotations/{rotation['id']}")).json()
    facts = (shown["status"], shown["standing"], shown["trouble"]["code"], shown["attention"][0]["code"])
    assert facts == ("terminated", "adrift", "left-changed", "left-changed")
    assert shown["trouble"]["remedy"] == f"rotator restore {rotation['site_id']} --why REASON"
    (listed,) = (await api.get("/v1/rotations", params={"site_id": rotation["site_id"]})).json()["items"]
    assert listed["trouble"] == shown["trouble"]
    assert await named_by_health(api, rotation)
    await is_restored(api, problem, unstaffed, staffed, rotation)


async def test_a_cancelled_restore_leaves_the_site_to_another_one(api, unstaffed, staffed, rotation, until):
    """It ends as cancelled, the site stays shown as left changed, and the next restore puts it back."""
    site = rotation["site_id"]
    restore = f"/v1/sites/{site}/restore"

    async def ended(begun):
        return await until(lambda: unstaffed.store.rotations.get(begun["id"]), lambda kept: kept.finished_at)

    await handle(unstaffed, rotation).terminate("pulled out")
    async with staffed(unstaffed):
        first = (await api.post(restore, json=REASON)).json()
        assert (await api.post(f"/v1/rotations/{first['id']}/cancel", json=REASON)).status_code == 200
        assert (await ended(first)).status is RotationStatus.CANCELLED
        assert (await unstaffed.store.rotations.get(rotation["id"])).status is RotationStatus.TERMINATED
        (left,) = (await Reconciler(unstaffed).look()).rotations
        assert left.trouble.remedy == f"rotator restore {site} --why REASON"
        second = (await api.post(restore, json=REASON)).json()
        assert (await ended(second)).status is RotationStatus.COMPLETED
    assert (await unstaffed.store.rotations.get(rotation["id"])).status is RotationStatus.RESTORED
    assert (await Reconciler(unstaffed).look()).rotations == ()


@pytest.fixture
async def elsewhere(unstaffed, temporal_settings, until):
    """The same parts with a Temporal that has no workflow: another namespace."""
    namespace = uuid4().hex
    keeps = Duration(seconds=24 * 3600)
    request = RegisterNamespaceRequest(namespace=namespace, workflow_execution_retention_period=keeps)
    await unstaffed.temporal.workflow_service.register_namespace(request)
    temporal = await lazy_client(temporal_settings.model_copy(update={"namespace": namespace}))

    async def is_there():
        try:
            await open_runs(temporal)
        except RPCError:
            return False
        return True

    await until(is_there, lambda there: there)
    return replace(unstaffed, temporal=temporal)


async def test_an_old_store_with_a_new_temporal_is_adrift(elsewhere, rotation, problem):
    """The Temporal that is set does not have it; the request that began it does not begin it there again."""
    async with calling(elsewhere) as there:
        await Reconciler(elsewhere).look()
        trouble = await shown_as(there, problem, rotation, "adrift", TroubleCode.HISTORY_GONE)
        await is_refused_with(there, problem, rotation, trouble["remedy"])
        key = {"Idempotency-Key": "a-key"}
        order = {"plan_id": rotation["plan_id"], "plan_hash": rotation["plan_hash"], **REASON}
        refusal = problem(await there.post("/v1/rotations", json=order, headers=key), 409, "rotation-adrift")
        assert refusal["remedy"] == trouble["remedy"]
        assert await newest_run(elsewhere.temporal, rotation_workflow(rotation["site_id"])) is None


async def test_a_stranger_under_the_id_is_named_with_what_ends_it(api, unstaffed, staffed, rotation, problem):
    """A foreign workflow under the id of a rotation: one command ends it, the next restores the site."""
    await handle(unstaffed, rotation).terminate("pulled out")
    strange = await unstaffed.temporal.start_workflow(
        "Strange", id=rotation_workflow(rotation["site_id"]), task_queue=f"nobody-{uuid4().hex}"
    )
    found = await Reconciler(unstaffed).look()
    trouble = await shown_as(api, problem, rotation, "adrift", TroubleCode.OTHER_RUN)
    assert f"--run-id {strange.first_execution_run_id} --reason REASON" in trouble["remedy"]
    await is_refused_with(api, problem, rotation, trouble["remedy"])
    refusal = problem(await api.post(f"/v1/sites/{rotation['site_id']}/restore", json=REASON), 409, "rotation-adrift")
    assert refusal["remedy"] == trouble["remedy"]
    assert found.workflows == () or found.workflows[0].trouble.code is TroubleCode.NOT_RECORDED
    await strange.terminate("as the service says")
    await is_restored(api, problem, unstaffed, staffed, rotation)


async def test_a_reset_from_outside_is_seen(api, unstaffed, staffed, rotation, problem):
    """Set back behind its admission it changes nothing any more: one command ends it, the next restores the site."""
    async with staffed(unstaffed):
        here = handle(unstaffed, rotation)
        done = [each.event_id for each in (await here.fetch_history()).events if each.event_type == TASK_COMPLETED]
        reset = ResetWorkflowExecutionRequest(
            namespace=unstaffed.temporal.namespace, workflow_execution=WorkflowExecution(workflow_id=here.id),
            workflow_task_finish_event_id=done[-1], request_id=uuid4().hex, reason="a test",
        )  # fmt: skip
        await unstaffed.temporal.workflow_service.reset_workflow_execution(reset)
        await Reconciler(unstaffed).look()
        trouble = await shown_as(api, problem, rotation, "adrift", TroubleCode.RESET_OUTSIDE)
        assert trouble["remedy"].startswith("temporal workflow terminate --address ")
        await is_refused_with(api, problem, rotation, trouble["remedy"])
        await here.terminate("as the service says")
    await is_restored(api, problem, unstaffed, staffed, rotation)


async def test_a_temporal_copy_older_than_the_store_is_reported(api, unstaffed, staffed, rotation, *, problem, until):
    """The workflow has reported fewer events than the store has: the remedy says what to do, and a hold reaches it."""
    kept = await unstaffed.store.rotations.get(rotation["id"])
    await unstaffed.store.rotations.project(
        kept.id, Progress(held=True), datetime.now(UTC), number=kept.last_event + 100
    )
    async with staffed(unstaffed):
        reconciler = Reconciler(unstaffed)
        await until(
            reconciler.look, lambda found: any(t.trouble.code is TroubleCode.HISTORY_OLDER for t in found.rotations)
        )
        trouble = await shown_as(api, problem, rotation, "adrift", TroubleCode.HISTORY_OLDER)
        assert trouble["remedy"].startswith("send again the messages that the rotation got since that copy")
        held = await api.post(f"/v1/rotations/{rotation['id']}/hold", json=REASON)
        assert held.status_code == 200, held.text


async def test_a_rotation_without_a_worker_is_stalled(api, unstaffed, rotation, problem):
    """No worker answers for 24 seconds: it waits and loses nothing, and a worker is what helps."""
    clock = [datetime.now(UTC)]
    reconciler = Reconciler(replace(unstaffed, clock=lambda: clock[0]))
    assert rotation["id"] not in {each.trouble.subject for each in (await reconciler.look()).all}
    clock[0] += timedelta(seconds=24)
    await reconciler.look()
    trouble = await shown_as(api, problem, rotation, "stalled", TroubleCode.NO_WORKER)
    assert await named_by_health(api, rotation)
    refusal = problem(await api.post(f"/v1/rotations/{rotation['id']}/hold", json=REASON), 503, "rotation-stalled")
    assert refusal["remedy"] == trouble["remedy"]
    assert refusal["remedy"].startswith("rotator up; if a worker runs, make room")
    clock[0] += 2 * MINUTE
    assert {each.trouble.code for each in (await reconciler.look()).service} == {TroubleCode.NO_WORKER}


@pytest.mark.parametrize(
    ("version", "codes"),
    [
        (Sleeps, {TroubleCode.WORKER_CANNOT, TroubleCode.TASK_FAILS}),
        (Breaks, {TroubleCode.WORKER_CANNOT, TroubleCode.TASK_FAILS}),
    ],
)
async def test_a_rotation_that_its_worker_cannot_run_is_stalled(
    api, unstaffed, staffed, rotation, version, *, codes, problem, until
):
    """A worker of a version that does something else, or breaks down: the next look finds it, with its error."""
    async with staffed(unstaffed, version):
        reconciler = Reconciler(unstaffed)

        async def codes_found():
            return {each.trouble.code for each in (await reconciler.look()).rotations}

        (code,) = await until(codes_found, lambda found: found & codes)
        trouble = await shown_as(api, problem, rotation, "stalled", code)
        assert "temporal workflow terminate" in trouble["remedy"]
        refusal = problem(
            await api.post(f"/v1/rotations/{rotation['id']}/cancel", json=REASON), 503, "rotation-stalled"
        )
        assert refusal["remedy"] == trouble["remedy"]
    async with staffed(unstaffed):
        await until(codes_found, lambda found: not found)
        assert (await api.get(f"/v1/rotations/{rotation['id']}")).json()["standing"] == "sound"


async def test_a_store_that_knows_less_than_temporal_says_so(unstaffed, staffed, rotation, tmp_path, *, until, problem):
    """A store of before the rotation: its workflow is adrift, changes nothing, is not ended, and goes on afterwards."""
    older = await Store.open(StoreSettings(folder=tmp_path / "older"))
    await know(older)
    try:
        parts = replace(unstaffed, store=older)
        found = await until(Reconciler(parts).look, lambda found: found.workflows)
        (stray,) = (each.trouble for each in found.workflows if each.trouble.subject.endswith(rotation["site_id"]))
        assert (stray.code, stray.standing) == (TroubleCode.NOT_RECORDED, "adrift")
        async with calling(parts) as api:
            parts.standings.begin(datetime.now(UTC), found)
            problem(await api.get("/healthz/ready"), 503, "not-well")
            assert (await api.get("/v1/standing")).json()["workflows"]
        async with staffed(parts):
            message = Message(move=Move.CANCEL, rotation_id=rotation["id"], who="ann", why="a test", request_id="r")
            await handle(unstaffed, rotation).signal(Move.CANCEL.value, message)

            async def refused():
                run = await newest_run(unstaffed.temporal, stray.subject)
                return {each.error_type for each in run.activities} if run else set()

            await until(refused, lambda types: types == {NOT_RECORDED})
        assert (await older.rotations.page()).items == ()
        async with staffed(unstaffed):  # the newer store is given back
            before = await unstaffed.store.rotations.get(rotation["id"])
            await until(
                lambda: unstaffed.store.rotations.get(rotation["id"]), lambda kept: kept.updated_at != before.updated_at
            )
    finally:
        await older.close()


async def test_a_rotation_that_runs_after_its_end_is_seen(unstaffed, rotation, until):
    """The store has it as ended for a minute, and Temporal still runs it."""
    now = datetime.now(UTC)
    ended = Progress(status=RotationStatus.TERMINATED, finished_at=now)
    await unstaffed.store.rotations.project(rotation["id"], ended, now)
    reconciler = Reconciler(replace(unstaffed, clock=lambda: now + MINUTE))
    found = await until(reconciler.look, lambda found: found.workflows)
    assert [each.trouble.code for each in found.workflows] == [TroubleCode.RUNS_AFTER_END]


async def test_a_full_store_stalls_every_rotation(api, unstaffed, staffed, rotation, *, problem):
    """Nothing can be recorded: rotations are stalled and requests that write are refused, until there is room."""

    def limit(pages):
        @event.listens_for(unstaffed.store.database._engine.sync_engine, "checkout")
        def limited(connection, _record, _proxy):
            connection.execute(f"PRAGMA max_page_count = {pages}")

    async with staffed(unstaffed):
        limit(1)  # no page more than there are
        await Reconciler(unstaffed).look()
        trouble = await shown_as(api, problem, rotation, "stalled", TroubleCode.STORE_FULL)
        assert "make room" in trouble["remedy"]
        long = {"names": ["a" * 60 + f".{number}.example" for number in range(90)]}
        refusal = problem(await api.post("/v1/certificates/self-signed", json=long), 503, "store-full")
        assert "full" in refusal["detail"]
        limit(1_000_000)
        await Reconciler(unstaffed).look()
        assert (await api.get(f"/v1/rotations/{rotation['id']}")).json()["standing"] == "sound"


async def test_an_old_look_is_not_trusted(api, unstaffed, rotation, problem):
    """The reconciler has not looked for over a minute: the standing of each rotation is unknown."""
    latest = reconciled(None, datetime.now(UTC) - 2 * MINUTE)
    unstaffed.standings.begin(latest.taken_at, latest)
    await shown_as(api, problem, rotation, "unknown", TroubleCode.NOT_CHECKED)


async def test_temporal_away_is_reported(unconnected):
    """The one trouble is that Temporal is away: no rotation is reported as lost."""
    found = await Reconciler(unconnected).look()
    assert [each.trouble.code for each in found.all] == [TroubleCode.TEMPORAL_AWAY]
