"""A channel is checked before it is kept: where it leads to, and the secret that it needs."""

from pydantic import SecretStr

from notifying.signature import key_of, new_secret, with_token
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


def fitting_secret(
    settings: ChannelSettings, given: SecretStr | None, token: SecretStr | None = None, *, stays: bool = False
) -> SecretStr | None:
    """The secret to be kept: the one that was given, or a new signing key of a webhook.

    Args:
        settings: the channel.
        given: a password, or a signing key.
        token: what goes in the token's header of a webhook.
        stays: whether the secret that is kept still counts.

    Raises:
        SecretNotFitting: when it is missing, or is none for such a channel.
    """
    target = settings.target
    if isinstance(target, WebhookTarget):
        if (token is not None and not target.token_header) or (token is None and target.token_header and not stays):
            raise SecretNotFitting("a token goes with the header that carries it, and that with a token")
        if given is None and token is None and stays:
            return None
        if token is None and target.token_header:
            raise SecretNotFitting("a new signing key takes the token with it: give both")
        secret = given or new_secret()
        try:
            key_of(secret)
            return secret if token is None else with_token(secret, token)
        except ValueError as error:
            raise SecretNotFitting(str(error)) from None
    if token is not None:
        raise SecretNotFitting("only a webhook takes a token")
    takes = isinstance(target, MailTarget) and bool(target.username)
    if given is not None and not takes:
        raise SecretNotFitting("this channel takes no secret: that of a mail server goes with a username")
    if given is None and takes and not stays:
        raise SecretNotFitting("the username at the mail server needs its password")
    if given is not None and not 0 < len(given.get_secret_value()) <= _LONGEST:
        raise SecretNotFitting(f"a password has up to {_LONGEST} characters")
    return given
