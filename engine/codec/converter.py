"""How values become payloads and come back."""

import dataclasses
from collections.abc import Sequence
from typing import Any, NoReturn

from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    EncodingPayloadConverter,
    PayloadCodec,
    PayloadConverter,
)

from engine.codec.codec import ENCODING, is_encrypted, why_unopened
from engine.codec.meter import METER


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
    def __init__(self) -> None:
        super().__init__(*PydanticPayloadConverter().converters.values(), _StillEncrypted())

    def to_payloads(self, values: Sequence[Any]) -> list[Payload]:
        """One payload for each value, measured."""
        payloads = super().to_payloads(values)
        METER.measure(values, payloads)
        return payloads


class _FailureConverter(DefaultFailureConverterWithEncodedAttributes):
    def from_failure(self, failure: Failure, payload_converter: PayloadConverter) -> BaseException:
        """Refuse one that no codec has decrypted: the SDK would take it for a failure without a message."""
        if is_encrypted(failure.encoded_attributes):
            raise why_unopened(failure.encoded_attributes)
        return super().from_failure(failure, payload_converter)


_PLAIN = DataConverter(payload_converter_class=_PayloadConverter)


def data_converter(codec: PayloadCodec | None = None) -> DataConverter:
    """Pydantic's JSON; with a `codec`, payloads and the messages and stack traces of failures go through it."""
    if codec is None:
        return _PLAIN
    return dataclasses.replace(
        _PLAIN,
        payload_codec=codec,
        # without it a failure's message and stack trace stay plain text beside encrypted payloads
        failure_converter_class=_FailureConverter,
    )
