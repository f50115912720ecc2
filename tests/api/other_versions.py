"""Versions of the rotation that cannot go on with what another one has begun."""

from datetime import timedelta

from temporalio import workflow

from engine.contract import ROTATE_WORKFLOW, RotateInput


@workflow.defn(name=ROTATE_WORKFLOW, sandboxed=False)
class Breaks:
    """A version of the rotation with a defect: each task of it fails."""

    @workflow.run
    async def run(self, _begin: RotateInput) -> None:
        """Break down."""
        raise KeyError("a defect")


@workflow.defn(name=ROTATE_WORKFLOW, sandboxed=False)
class Sleeps:
    """Another version: it does nothing of what the histories tell."""

    @workflow.run
    async def run(self, _begin: RotateInput) -> None:
        """Sleep."""
        await workflow.sleep(timedelta(days=1))
