"""Channels as they are asked for and shown."""

from typing import Any

from pydantic import ConfigDict, Field, SecretStr

from api.http.invalid import checked
from api.manners.paging import PageShown
from rotation.notice.channel import ChannelName, ChannelSettings, MessageChoice
from rotation.values import Value
from store.notice.channels import Channel
from store.notice.delivery import ShownDelivery


class ChannelRequest(Value):
    """A channel as it should be."""

    settings: ChannelSettings
    secret: SecretStr | None = Field(
        default=None,
        max_length=1000,
        description="The password at the mail server, or the signing key of a webhook (`whsec_...`); null: of a new "
        "webhook one is made, and of a channel that goes to the same place the known one stays",
    )
    token: SecretStr | None = Field(
        default=None,
        max_length=1000,
        description="Of a webhook with `token_header`: what that header carries, e.g. `Bearer ...`",
    )


def _without_defaults(schema: dict[str, Any]) -> None:
    """A client that is generated sends the defaults that the description has, and would set what was to stay."""
    for field in schema["properties"].values():
        field.pop("default", None)


class ChannelPatchRequest(MessageChoice):
    """What is another from now on of a channel; what is left out stays. Where it goes is set as a whole, by PUT."""

    model_config = ConfigDict(json_schema_extra=_without_defaults)

    name: ChannelName | None = Field(default=None, description="null: it stays")

    def onto(self, settings: ChannelSettings) -> ChannelSettings:
        """These settings with what the request names.

        Raises:
            ProblemError: 422, where it does not fit together.
        """
        named = {each: getattr(self, each) for each in self.model_fields_set if (each, self.name) != ("name", None)}
        with checked():
            return ChannelSettings.model_validate({**dict(settings), **named})


class ChannelKept(Value):
    """A channel, and the signing key that was made for it. The key is shown here and never again."""

    channel: Channel
    signing_key: str | None = Field(description="What the receiver verifies signatures by; null: none was made")


class ChannelList(PageShown[Channel]):
    """The channels in use, by name."""


class DeliveryList(PageShown[ShownDelivery]):
    """The deliveries of a channel, the newest first."""


class RequestedTest(Value):
    """A test message that was put into the outbox: the worker sends it."""

    message_id: str
