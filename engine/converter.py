"""How values become payloads and come back."""

import dataclasses
from typing import Any, NoReturn

from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    EncodingPayloadConverter,
    PayloadCodec,
)

from engine.codec import ENCODING, key_named_by
from engine.fault import PayloadKeyUnknown


class _StillEncrypted(EncodingPayloadConverter):
    """Says what is the matter with a payload that no codec has decrypted: no keys are set here."""

    @property
    def encoding(self) -> str:
        """The one of the codec."""
        return ENCODING.decode()

    def to_payload(self, value: Any) -> Payload | None:  # noqa: ARG002 - the next converter makes it
        """Nothing."""
        return None

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> NoReturn:  # noqa: ARG002 - it has none
        """Refuse."""
        raise PayloadKeyUnknown(key_named_by(payload), ())


class _PayloadConverter(CompositePayloadConverter):
    def __init__(self) -> None:
        super().__init__(*PydanticPayloadConverter().converters.values(), _StillEncrypted())


_PLAIN = DataConverter(payload_converter_class=_PayloadConverter)


def data_converter(codec: PayloadCodec | None = None) -> DataConverter:
    """Pydantic's JSON; with a `codec`, payloads and the messages and stack traces of failures go through it."""
    if codec is None:
        return _PLAIN
    return dataclasses.replace(
        _PLAIN,
        payload_codec=codec,
        # without it a failure's message and stack trace stay plain text beside encrypted payloads
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
