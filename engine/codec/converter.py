"""How values become payloads and come back."""

from collections.abc import Sequence
from copy import copy
from typing import Any, NoReturn, Self

from temporalio.api.common.v1 import Payload, Payloads
from temporalio.common import RawValue
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    ActivitySerializationContext,
    CompositePayloadConverter,
    DataConverter,
    EncodingPayloadConverter,
    PayloadCodec,
    SerializationContext,
    WorkflowSerializationContext,
)

from engine.codec.codec import ENCODING, is_encrypted, why_unopened
from engine.codec.failures import FailureSeal, HiddenFailures, SignedFailures
from engine.codec.meter import METER
from engine.codec.signing import Place, SigningKeys
from engine.codec.unreadable import UnreadPayload
from engine.contract.kinds import KINDS
from engine.fault import PayloadUnreadable, PayloadUnsigned

_PLAIN = "plain"
"""The kind of texts, numbers and times, which decide nothing by themselves."""
_KINDS = {**KINDS, FailureSeal: "failure-seal"}


def kind_of(hint: object) -> str:
    """The kind of message that a type is."""
    return _KINDS.get(hint, _PLAIN) if isinstance(hint, type) else _PLAIN


class _StillEncrypted(EncodingPayloadConverter):
    """Says what is the matter with a payload that no codec has decrypted."""

    @property
    def encoding(self) -> str:
        """The one of the codec."""
        return ENCODING.decode()

    def to_payload(self, value: Any) -> Payload | None:  # noqa: ARG002 - the next converter makes it
        """Nothing."""
        return None

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> NoReturn:  # noqa: ARG002 - it has none
        """Refuse."""
        raise why_unopened(payload)


class _PayloadConverter(CompositePayloadConverter):
    signing: SigningKeys

    def __init__(self) -> None:
        super().__init__(*PydanticPayloadConverter().converters.values(), _StillEncrypted())
        self.place, self.of_activity = Place(), False

    def with_context(self, context: SerializationContext) -> Self:
        """One for the payloads of a workflow, or of an activity of it."""
        bound = copy(self)
        match context:
            case WorkflowSerializationContext(workflow_id=workflow_id):
                bound.place, bound.of_activity = Place(workflow_id), False
            case ActivitySerializationContext(workflow_id=workflow_id, activity_id=activity_id):
                bound.place, bound.of_activity = Place(workflow_id or "", activity_id or ""), True
        return bound

    def to_payloads(self, values: Sequence[Any]) -> list[Payload]:
        """One payload for each value, signed and measured."""
        payloads = super().to_payloads(values)
        for value, payload in zip(values, payloads, strict=True):
            if not isinstance(value, RawValue):
                self.signing.sign(payload, kind_of(type(value)), self.place)
        METER.measure(values, payloads)
        return payloads

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        """The value of each payload, where its signature is right.

        Of an activity, an `UnreadPayload` stands in the place of another one: an exception would be tried again.

        Raises:
            PayloadUnreadable: when one is encrypted still.
            PayloadUnsigned: when one is not signed, or belongs elsewhere.
        """
        hints: Sequence[type | None] = type_hints or [None] * len(payloads)
        return [self._value(payload, hint) for payload, hint in zip(payloads, hints, strict=False)]

    def _value(self, payload: Payload, hint: type | None) -> Any:
        try:
            if is_encrypted(payload):
                raise why_unopened(payload)
            if hint is not RawValue:
                self.signing.check(payload, None if hint is None else kind_of(hint), self.place)
        except (PayloadUnsigned, PayloadUnreadable) as error:
            if not self.of_activity:
                raise
            return UnreadPayload.of(error)
        return super().from_payloads([payload], None if hint is None else [hint])[0]


class _WithoutReferences(DataConverter):
    """Nothing of ours lies outside of Temporal.

    Where a payload says that it does, the SDK (temporalio 1.35) raises before any converter sees it: one such signal
    would stop its workflow for ever. Here it comes to the converter, which refuses it, as it is not signed.
    """

    async def _decode_reference_payload_sequence(self, payloads: Sequence[Payload]) -> list[Payload]:
        return list(payloads)

    async def _external_retrieve_payload_sequence(self, payloads: Sequence[Payload]) -> list[Payload]:
        return list(payloads)

    async def _transform_inbound_payloads(self, payloads: Payloads) -> None:
        if self.payload_codec is not None:
            await self.payload_codec.decode_wrapper(payloads)


def data_converter(signing: SigningKeys, codec: PayloadCodec | None = None) -> DataConverter:
    """Pydantic's JSON, signed; with a `codec`, payloads and the texts of failures go through it."""

    class Converter(_PayloadConverter):
        """The SDK makes converters of their class, without arguments."""

    Converter.signing = signing
    return _WithoutReferences(
        payload_converter_class=Converter,
        payload_codec=codec,
        # a failure's message and stack trace must not stay plain text beside encrypted payloads
        failure_converter_class=SignedFailures if codec is None else HiddenFailures,
    )
