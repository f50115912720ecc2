"""A channel is checked before it is kept: where it leads to, and the secret that it needs."""

from pydantic import SecretStr

from notifying.signature import key_of, new_secret
from notifying.sink import Sinks
from rotation.notice.channel import ChannelSettings, MailTarget, WebhookTarget
from rotation.values import SiteId
from store.site.sites import Sites

_LONGEST = 1000


class SecretNotFitting(ValueError):  # noqa: N818 - what is wrong with it
    """The secret is none for such a channel."""


async def check_channel(settings: ChannelSettings, sinks: Sinks, sites: Sites) -> None:
    """Refuse a channel that leads to where messages must not go, or that is about a site that is not there.

    Raises:
        AddressRefused: when it leads to an address that is private and not named.
        ChannelAway: when its name has no address.
        UnknownSite: when one of its sites is not registered.
    """
    for site in settings.sites or ():
        await sites.get(SiteId(site))
    await sinks.check(settings.target)


def fitting_secret(settings: ChannelSettings, given: SecretStr | None, *, stays: bool = False) -> SecretStr | None:
    """The secret to be kept: the one that was given, or a new signing key of a webhook.

    Args:
        settings: the channel.
        given: a password, or a signing key.
        stays: whether the secret that is kept still counts.

    Raises:
        SecretNotFitting: when it is missing, or is none for such a channel.
    """
    target = settings.target
    if isinstance(target, WebhookTarget):
        try:
            key_of(given or new_secret())
        except ValueError as error:
            raise SecretNotFitting(str(error)) from None
        return given or (None if stays else new_secret())
    takes = isinstance(target, MailTarget) and bool(target.username)
    if given is not None and not takes:
        raise SecretNotFitting("this channel takes no secret: that of a mail server goes with a username")
    if given is None and takes and not stays:
        raise SecretNotFitting("the username at the mail server needs its password")
    if given is not None and not 0 < len(given.get_secret_value()) <= _LONGEST:
        raise SecretNotFitting(f"a password has up to {_LONGEST} characters")
    return given
