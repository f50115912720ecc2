"""Values on their way to Temporal and back."""

import base64
from collections.abc import Sequence

from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from engine.codec.converter import data_converter
from engine.contract import SurveyAnswer
from tests.signing import SIGNING

ANSWER = SurveyAnswer(survey_id="survey-1", clients=2, groups=1)


class Base64Codec(PayloadCodec):
    """Stands for an encrypting codec."""

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Hide."""
        return [
            Payload(metadata={"encoding": b"test"}, data=base64.b64encode(payload.SerializeToString()))
            for payload in payloads
        ]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Show."""
        return [Payload.FromString(base64.b64decode(payload.data)) for payload in payloads]


async def test_a_codec_sees_every_payload() -> None:
    """With a codec nothing readable is left, and the value comes back as it was."""
    converter = data_converter(SIGNING, Base64Codec())
    payloads = await converter.encode([ANSWER])
    assert b"survey-1" not in payloads[0].data
    assert await converter.decode(payloads, [SurveyAnswer]) == [ANSWER]


async def test_without_a_codec_values_are_json() -> None:
    """The UI can show them."""
    payloads = await data_converter(SIGNING).encode([ANSWER])
    assert b'"survey_id":"survey-1"' in payloads[0].data
