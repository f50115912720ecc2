"""What is wrong with a rotation, by what the store has recorded and what Temporal shows."""

from datetime import UTC, datetime, timedelta

import pytest

from rotation.finding import Severity
from rotation.standing.records import (
    Failed,
    NextAct,
    PendingActivity,
    PendingTask,
    Recorded,
    Run,
    RunStatus,
    Service,
    Silent,
    WorkerAnswer,
)
from rotation.standing.rules import left_changed, no_worker, of_rotation, of_workflow
from rotation.standing.trouble import Standing, TroubleCode
from rotation.values import RotationId, SiteId

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SERVICE = Service(now=NOW, task_queue="rotator", address="127.0.0.1:7233", namespace="rotator", polled_at=NOW)
KEPT = Recorded(rotation_id=RotationId("rot-1"), site_id=SiteId("madrid"), status="running", last_event=42)
WELL = Run(
    workflow_id="rotate/madrid", run_id="run-1", type="RotateSite", rotation_id=RotationId("rot-1"),
    status=RunStatus.RUNNING, answer=WorkerAnswer(next_act=NextAct(at=NOW + timedelta(hours=1))),
)  # fmt: skip
RESTORE = "rotator restore madrid --why REASON"
TERMINATE = (
    "temporal workflow terminate --address 127.0.0.1:7233 --namespace rotator "
    "--workflow-id rotate/madrid --run-id run-1 --reason REASON"
)
UP = "rotator up"


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


@pytest.mark.parametrize(
    ("run", "standing", "code", "remedy"),
    [
        (None, Standing.ADRIFT, TroubleCode.HISTORY_GONE, RESTORE),
        (
            WELL.model_copy(update={"rotation_id": RotationId("rot-0"), "status": RunStatus.COMPLETED}),
            Standing.ADRIFT, TroubleCode.HISTORY_GONE, RESTORE,
        ),
        *(
            (WELL.model_copy(update={"status": status}), Standing.ADRIFT, TroubleCode.ENDED_OUTSIDE, RESTORE)
            for status in RunStatus
            if not status.is_open
        ),
        (
            WELL.model_copy(update={"rotation_id": RotationId("rot-2")}),
            Standing.ADRIFT, TroubleCode.OTHER_RUN, TERMINATE,
        ),
        (WELL.model_copy(update={"rotation_id": None}), Standing.ADRIFT, TroubleCode.OTHER_RUN, TERMINATE),
        (WELL.model_copy(update={"type": "Strange"}), Standing.ADRIFT, TroubleCode.OTHER_RUN, TERMINATE),
        (WELL.model_copy(update={"reset_at": NOW}), Standing.ADRIFT, TroubleCode.RESET_OUTSIDE, TERMINATE),
        (
            WELL.model_copy(update={"answer": WorkerAnswer(next_act=NextAct(at=NOW, events=41))}),
            Standing.ADRIFT, TroubleCode.HISTORY_OLDER, TERMINATE,
        ),
        (
            WELL.model_copy(update={"status": RunStatus.PAUSED}),
            Standing.STALLED, TroubleCode.PAUSED, TERMINATE.replace("terminate", "unpause"),
        ),
        (
            WELL.model_copy(update={"task": PendingTask(attempt=3, error="KeyError")}),
            Standing.STALLED, TroubleCode.TASK_FAILS, TERMINATE,
        ),
        (
            WELL.model_copy(update={"answer": Failed(error="[TMPRL1100] Nondeterminism error")}),
            Standing.STALLED, TroubleCode.WORKER_CANNOT, TERMINATE,
        ),
        (
            WELL.model_copy(update={"answer": Silent(since=NOW - seconds(24))}),
            Standing.STALLED, TroubleCode.NO_WORKER, f"{UP}; if a worker runs, make room on the disk of Temporal",
        ),
        (
            WELL.model_copy(
                update={"activities": (PendingActivity(name="record_progress", attempt=5, error="disk is full"),)}
            ),
            Standing.STALLED, TroubleCode.ACTIVITY_FAILS, "correct what the message names",
        ),
        (
            WELL.model_copy(update={"answer": WorkerAnswer(next_act=NextAct(at=NOW - timedelta(minutes=21)))}),
            Standing.STALLED, TroubleCode.OVERDUE, TERMINATE,
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_rotation_that_runs_by_the_store(run, standing, code, remedy):
    """Each way in which Temporal may differ from the store is named, with the one thing that helps."""
    trouble = of_rotation(KEPT, run, SERVICE)
    assert trouble is not None
    assert (trouble.standing, trouble.code, trouble.subject) == (standing, code, "rot-1")
    assert remedy in trouble.remedy
    finding = trouble.finding()
    assert (finding.code, finding.severity) == (code.value, Severity.BLOCKING)
    assert finding.message.startswith(f"{standing.words}: ")


def test_what_was_left_changed_is_restored():
    """A rotation that has ended and whose changes are not put back: the site and the command that helps."""
    trouble = left_changed(KEPT.rotation_id, KEPT.site_id)
    assert (trouble.standing, trouble.code, trouble.subject) == (Standing.ADRIFT, TroubleCode.LEFT_CHANGED, "rot-1")
    assert trouble.remedy == RESTORE


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"answer": None},
        {"task": PendingTask(attempt=2)},
        {"answer": Silent(since=NOW - seconds(23))},
        {"answer": WorkerAnswer(next_act=NextAct())},
        {"answer": WorkerAnswer(next_act=NextAct(events=42))},
        {"answer": WorkerAnswer(next_act=NextAct(at=NOW - timedelta(minutes=20)))},
        {"answer": WorkerAnswer(next_act=NextAct(at=NOW - timedelta(hours=4), heartbeat=timedelta(hours=4)))},
        {
            "answer": WorkerAnswer(next_act=NextAct(at=NOW - timedelta(days=4))),
            "activities": (PendingActivity(name="read_gate", attempt=1),),
        },
        {"activities": (PendingActivity(name="read_gate", attempt=4, error="KeyError"),)},
        {"activities": (PendingActivity(name="read_gate", attempt=9, error="e", error_type="sepm-unreachable"),)},
    ],
)
def test_a_rotation_that_is_well_is_left_in_peace(update):
    """A worker that is replaced, a task tried twice, a wait for a person, an outage of SEPM: none of it is an alarm."""
    assert of_rotation(KEPT, WELL.model_copy(update=update), SERVICE) is None


def test_a_reset_run_that_the_store_has_admitted_goes_on():
    """It was reset to before anything was reported, and is the run that acts: it can be held and cancelled."""
    admitted = KEPT.model_copy(update={"run_id": WELL.run_id})
    assert of_rotation(admitted, WELL.model_copy(update={"reset_at": NOW}), SERVICE) is None


@pytest.mark.parametrize("run", [None, WELL.model_copy(update={"rotation_id": None, "status": RunStatus.COMPLETED})])
def test_a_rotation_that_temporal_may_not_have_heard_of_yet_is_being_started(run):
    """Recorded and not begun: it is taken up, and nothing is wrong with it."""
    assert of_rotation(KEPT.model_copy(update={"unreported": True}), run, SERVICE) is None


def test_a_workflow_that_the_store_does_not_know_is_adrift():
    """The store has no record of it, so it can change nothing; it is named, and not ended by itself."""
    trouble = of_workflow(WELL, None, None, SERVICE)
    assert trouble is not None
    assert (trouble.standing, trouble.code) == (Standing.ADRIFT, TroubleCode.NOT_RECORDED)
    assert (trouble.subject, trouble.remedy) == ("rotate/madrid", TERMINATE)


def test_a_workflow_that_runs_after_its_rotation_has_ended_is_adrift():
    """The store has its rotation as ended for a minute; between the last report and the end a worker may die."""
    ended = KEPT.model_copy(update={"status": "completed"})
    assert of_workflow(WELL, ended, NOW - seconds(59), SERVICE) is None
    trouble = of_workflow(WELL, ended, NOW - seconds(60), SERVICE)
    assert trouble is not None
    assert (trouble.standing, trouble.code, trouble.remedy) == (Standing.ADRIFT, TroubleCode.RUNS_AFTER_END, TERMINATE)
    assert of_workflow(WELL, KEPT, None, SERVICE) is None


def test_the_service_says_that_no_worker_asks_for_work():
    """A worker asks once a minute at least; after two minutes no worker serves the task queue."""
    assert no_worker(SERVICE.model_copy(update={"polled_at": NOW - seconds(119)})) is None
    trouble = no_worker(SERVICE.model_copy(update={"polled_at": NOW - seconds(120)}))
    assert trouble is not None
    assert (trouble.code, trouble.remedy) == (TroubleCode.NO_WORKER, UP)


def test_a_command_can_be_pasted_whatever_the_id_holds():
    """Ids are quoted where a shell would take them apart."""
    trouble = of_workflow(WELL.model_copy(update={"workflow_id": "rotate/a b; c"}), None, None, SERVICE)
    assert trouble is not None
    assert "--workflow-id 'rotate/a b; c' " in trouble.remedy
