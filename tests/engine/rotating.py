"""A worker for rotations that keeps what they report, and carries out nothing else."""

from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from engine.contract import ActivityName, AdmitRequest, Counted, ProgressReport
from workflows.rotate_site import RotateSite


@activity.defn(name=ActivityName.RECORD_PROGRESS)
async def kept(_report: ProgressReport) -> Counted:
    """Forget it."""
    return Counted(count=1)


@activity.defn(name=ActivityName.ADMIT)
async def admitted(_request: AdmitRequest) -> Counted:
    """Let it begin."""
    return Counted(count=0)


def rotating(client: Client, task_queue: str, **more: Any) -> Worker:
    """Serve `task_queue`: activities that go over the server wait for ever."""
    return Worker(
        client, task_queue=task_queue, workflows=[RotateSite], activities=[kept], no_remote_activities=True, **more
    )
