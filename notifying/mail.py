"""Mail over SMTP: to the address that was checked, secured by a verified certificate unless it is a relay inside."""

import asyncio
import socket
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime

import aiosmtplib
from pydantic import SecretStr

from notifying.addresses import Resolve, checked
from notifying.document import NoticeMessage
from notifying.errors import ChannelAway, MessageRefused
from notifying.settings import NotifySettings
from rotation.notice.channel import MailSecurity, MailTarget

_TIMEOUT = 15
_PERMANENT = 500
_NAME = "SEPM certificate rotator"


class MailSink:
    """A mail server that takes messages for some recipients."""

    def __init__(
        self, target: MailTarget, secret: SecretStr | None, settings: NotifySettings, resolve: Resolve
    ) -> None:
        self._target = target
        self._secret = secret
        self._settings = settings
        self._resolve = resolve

    async def send(self, message: NoticeMessage) -> str:
        """Hand over one mail. Returns which recipients the server has refused, where it took it for others.

        Raises:
            ChannelAway: when it may be taken later.
            MessageRefused: when this one is not taken for any recipient.
        """
        target = self._target
        if target.username and self._secret is None:
            raise ChannelAway("its password was dropped with a change of its server: set it again")
        connection = await self._connected()
        client = aiosmtplib.SMTP(
            hostname=target.host,
            port=None,
            sock=connection,
            timeout=_TIMEOUT,
            use_tls=target.security is MailSecurity.TLS,
            start_tls=target.security is MailSecurity.STARTTLS,
            tls_context=self._settings.trust(),
            username=target.username or None,
            password=self._secret.get_secret_value() if target.username and self._secret else None,
            local_hostname="rotator.invalid",
        )
        try:
            async with client:
                refused, _ = await client.send_message(mail_of(message, target))
        except (aiosmtplib.SMTPDataError, aiosmtplib.SMTPRecipientsRefused) as error:
            raise _refused(target, error) from None
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise ChannelAway(f"{target.host} takes no mail now ({_reason(error)})") from None
        finally:
            client.close()
        return f"refused for {', '.join(sorted(refused))}" if refused else ""

    async def _connected(self) -> socket.socket:
        target, loop = self._target, asyncio.get_running_loop()
        reason = ""
        for address in await checked(target.host, target.port, self._settings.named, self._resolve):
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            connection = socket.socket(family, socket.SOCK_STREAM)
            connection.setblocking(False)
            try:
                async with asyncio.timeout(_TIMEOUT):
                    await loop.sock_connect(connection, (address, target.port))
            except OSError as error:
                connection.close()
                reason = type(error).__name__
            else:
                return connection
        raise ChannelAway(f"{target.host} does not answer ({reason})")


def mail_of(message: NoticeMessage, target: MailTarget) -> EmailMessage:
    """The mail of a message: the same, with the same Message-ID, each time."""
    mail = EmailMessage(policy=POLICY)
    user, _, domain = target.sender.rpartition("@")
    mail["From"] = Address(_NAME, username=user, domain=domain)
    mail["To"] = ", ".join(target.recipients)
    mail["Subject"] = message.title
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = f"<{message.id}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    return mail


def _refused(
    target: MailTarget, error: aiosmtplib.SMTPDataError | aiosmtplib.SMTPRecipientsRefused
) -> ChannelAway | MessageRefused:
    """A greylisting server asks to come back; one that knows no such recipient does not."""
    each = error.recipients if isinstance(error, aiosmtplib.SMTPRecipientsRefused) else [error]
    reason = f"{target.host} refuses the mail ({'; '.join(str(one.code) for one in each)})"
    return MessageRefused(reason) if all(one.code >= _PERMANENT for one in each) else ChannelAway(reason)


def _reason(error: Exception) -> str:
    """The kind of the error, without the server's text, which may repeat what was sent to it."""
    code = f" {error.code}" if isinstance(error, aiosmtplib.SMTPResponseException) else ""
    return f"{type(error).__name__}{code}"
