"""One plugin that worker, API, tests and replayer share, so that they cannot drift apart.

Give it to the client (`Client.connect(plugins=[...])`): a worker made of that client takes it over, and a second copy
would register everything twice. A replayer and a test environment take it directly.
"""

from collections.abc import Callable, Sequence
from typing import Any

from temporalio.converter import PayloadCodec
from temporalio.plugin import SimplePlugin
from temporalio.worker import WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from engine.codec.converter import data_converter
from engine.codec.signing import SigningKeys
from engine.codec.unreadable import UnreadPayloadsRunner
from engine.interceptors.binding import Binding
from engine.interceptors.hand_back import GivingBack
from engine.interceptors.heartbeats import Beating
from engine.interceptors.origin import ForOurWorkflows

# Pure and deterministic, so one copy serves every workflow: loading them per workflow would cost time and make classes
# that are equal in name only. The SDK adds its own list to it.
PASSED_THROUGH = ("rotation", "engine.contract", "pydantic", "pydantic_core", "annotated_types")


class RotatorPlugin(SimplePlugin):
    """Converter, sandbox and interceptors; and, for those who run workflows, the workflows and activities.

    They are arguments because `engine` lies below `workflows` and `activities`.
    """

    def __init__(
        self,
        *,
        workflows: Sequence[type] = (),
        activities: Sequence[Callable[..., Any]] = (),
        signing: SigningKeys,
        codec: PayloadCodec | None = None,
    ) -> None:
        super().__init__(
            "rotator",
            data_converter=data_converter(signing, codec),
            workflows=list(workflows) or None,
            activities=list(activities) or None,
            workflow_runner=_with_passthrough,
            interceptors=[ForOurWorkflows(), Beating(), GivingBack(), Binding()],
        )


def _with_passthrough(runner: WorkflowRunner | None) -> WorkflowRunner:
    if not isinstance(runner, SandboxedWorkflowRunner):
        return runner or SandboxedWorkflowRunner()
    return UnreadPayloadsRunner(restrictions=runner.restrictions.with_passthrough_modules(*PASSED_THROUGH))
