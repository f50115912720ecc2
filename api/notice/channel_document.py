"""Channels as they are asked for and shown."""

from pydantic import Field, SecretStr

from api.manners.paging import PageShown
from rotation.notice.channel import ChannelSettings
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
