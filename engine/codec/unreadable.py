"""Payloads that a workflow cannot read: handed to it as such, so that it can refuse them instead of standing still."""

import dataclasses
from collections.abc import Sequence
from typing import Any, Self

from pydantic import ValidationError
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    PayloadConverter,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from engine.fault import PayloadKeyUnknown, PayloadUnreadable, PayloadUnsigned, SigningKeyUnknown

_LONGEST = 300
_SHOWN = 3


@dataclasses.dataclass(frozen=True)
class UnreadPayload:
    """What stands in the place of a value that could not be read."""

    why: str
    lacks_key: bool = False
    """Whether it may be read yet: its key is not here."""

    @classmethod
    def of(cls, error: PayloadUnreadable | PayloadUnsigned) -> Self:
        """What stands in the place of a payload that cannot be opened, or is not signed."""
        return cls(str(error), lacks_key=isinstance(error, PayloadKeyUnknown | SigningKeyUnknown))


class UnreadPayloads(PayloadConverter, WithSerializationContext):
    """Reads as another converter does, and gives an `UnreadPayload` where that one fails.

    An activity's answer that is signed and does not fit comes from another version of ours: there the workflow task
    fails, and is tried again until a worker can read it.
    """

    def __init__(self, inner: PayloadConverter, *, of_activity: bool = False) -> None:
        """Take the converter that reads and writes, and whether it is for what belongs to an activity."""
        self._inner, self._of_activity = inner, of_activity

    def to_payloads(self, values: Sequence[Any]) -> list[Payload]:
        """Write, as the other one does."""
        return self._inner.to_payloads(values)

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        """Read each by itself."""
        hints: Sequence[type | None] = type_hints or [None] * len(payloads)
        return [self._read(payload, hint) for payload, hint in zip(payloads, hints, strict=True)]

    def with_context(self, context: SerializationContext) -> Self:
        """One for the payloads of a workflow, or of an activity of it."""
        inner = self._inner.with_context(context) if isinstance(self._inner, WithSerializationContext) else self._inner
        return type(self)(inner, of_activity=not isinstance(context, WorkflowSerializationContext))

    def _read(self, payload: Payload, hint: type | None) -> Any:
        try:
            return self._inner.from_payloads([payload], None if hint is None else [hint])[0]
        except (PayloadUnreadable, PayloadUnsigned) as error:
            return UnreadPayload.of(error)
        except Exception as error:
            if self._of_activity:
                raise
            return UnreadPayload(_reason(error))


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        found = error.errors(include_url=False, include_context=False, include_input=False)
        texts = [": ".join((*(".".join(map(str, each["loc"])),) * bool(each["loc"]), each["msg"])) for each in found]
        return "; ".join(texts[:_SHOWN])[:_LONGEST]
    # a KeyError shows its text in quotes
    return str(error.args[0] if isinstance(error, KeyError) and error.args else error)[:_LONGEST]


@dataclasses.dataclass(frozen=True)
class UnreadPayloadsRunner(SandboxedWorkflowRunner):
    """Runs workflows in the sandbox, and gives them an `UnreadPayload` for what they cannot read."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """As ever, with our converter around the one of the worker."""
        inner = det.payload_converter_factory
        return super().create_instance(
            dataclasses.replace(det, payload_converter_factory=lambda: UnreadPayloads(inner()))
        )
