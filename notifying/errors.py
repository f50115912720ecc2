"""Why a message does not go over a channel."""


class NotDeliveredError(Exception):
    """The message was not taken."""


class ChannelAway(NotDeliveredError):  # noqa: N818 - a state that passes
    """The channel takes no message now: it does not answer, or a person has to put it right."""


class AddressRefused(ChannelAway):
    """The channel leads to an address that messages must not go to, or to none."""


class NotifySettingsWrong(ChannelAway):
    """What is set (`ROTATOR_NOTIFY_...`) cannot be used, so nothing is sent. The message names settings, no value."""


class MessageRefused(NotDeliveredError):  # noqa: N818 - as above
    """The channel does not take this message; another one it may."""
