"""How values become payloads and come back."""

import dataclasses

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes, PayloadCodec


def data_converter(codec: PayloadCodec | None = None) -> DataConverter:
    """Pydantic's JSON; with a `codec`, payloads and the messages and stack traces of failures go through it."""
    if codec is None:
        return pydantic_data_converter
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=codec,
        # without it a failure's message and stack trace stay plain text beside encrypted payloads
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
