"""Real sinks on loopback: a webhook over TLS, a mail server, a syslog server; and names that lead to them."""

import asyncio
import contextlib
import email
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.policy import default

from aiosmtpd.smtp import SMTP, AuthResult
from standardwebhooks.webhooks import Webhook

from certificates.new_certificate import make_self_signed
from notifying.settings import NotifySettings
from notifying.signature import new_secret
from rotation.values import CertificateId
from tests.sepm.conftest import TlsServer, serve_one, server_context

HOOKS, MAIL, LOGS = "hooks.test", "mail.test", "logs.test"


class Names:
    """What names resolve to, as a test has it; all of them are this machine at first."""

    def __init__(self):
        self.known = dict.fromkeys((HOOKS, MAIL, LOGS, "elsewhere.test"), ("127.0.0.1",))
        self.asked = []

    async def resolve(self, host, port):
        """The addresses of a host."""
        self.asked.append((host, port))
        if host not in self.known:
            raise OSError(f"{host} is not known")
        return self.known[host]


class Hook:
    """A webhook that verifies what it gets by a library that is not ours, and answers as a test wants."""

    def __init__(self, folder):
        names = (HOOKS, MAIL, "elsewhere.test", "localhost")
        self.made = make_self_signed(
            names, identity=CertificateId(""), now=datetime.now(UTC), valid_for=timedelta(days=1)
        )
        self.server = TlsServer(self.made, server_context(self.made, folder))
        self.ca = folder / "ca.pem"
        self.ca.write_text(self.made.certificate_pem)
        self.secret = new_secret()
        self.answers = []
        self.hosts = []
        self.taken = []
        """The id and the body of each message that was taken."""
        self.writers = set()
        self.hangs = False
        self.asked = asyncio.Event()
        """Set with the first request."""

    def answer(self, asked):
        """What was agreed on; where nothing was, it takes what it gets. One that hangs never answers."""
        self.hosts.append(asked.headers["host"])
        self.asked.set()
        if self.hangs:
            return asyncio.Event().wait()
        status, body, *more = self.answers.pop(0) if self.answers else (204, "")
        if status == 204:
            verified = Webhook(self.secret.get_secret_value()).verify(asked.body, asked.headers)
            self.taken.append((asked.headers["webhook-id"], verified))
        return status, body, *more

    async def serve(self, reader, writer):
        """A connection."""
        self.writers.add(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while await serve_one(self.server, self.answer, reader, writer):
                pass
        self.writers.discard(writer)
        writer.close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Hook"]:
        """It listens, at the same port each time."""
        listener = await asyncio.start_server(self.serve, "127.0.0.1", self.server.port or 0, ssl=self.server.context)
        self.server.port = listener.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            listener.close()
            for writer in self.writers:
                writer.transport.abort()

    @property
    def url(self):
        """Its address."""
        return f"https://{HOOKS}:{self.server.port}/rotator?a=1"

    def settings(self, **changes):
        """Where messages may go: to this machine, under these names."""
        usual = {"private_hosts": f"{HOOKS}, {MAIL}, {LOGS}", "ca": self.ca, "link": "https://rotator.test/"}
        return NotifySettings(**{**usual, **changes})


class MailServer:
    """A mail server. It keeps the mails that it takes, and answers as a test wants."""

    def __init__(self, hook):
        self.context = hook.server.context
        self.mails = []
        self.users = []
        self.refuses = {}
        """What it answers instead of taking a mail: to a recipient, or at `data`."""
        self.port = 0

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 - aiosmtpd's own name
        """Take a recipient or not."""
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - as above
        """Take a mail or not."""
        if "data" in self.refuses:
            return self.refuses["data"]
        self.mails.append((tuple(envelope.rcpt_tos), email.message_from_bytes(envelope.content, policy=default)))
        return "250 OK"

    def log_in(self, _server, _session, _envelope, _mechanism, given):
        """One user is known."""
        self.users.append((given.login, given.password))
        known = (given.login, given.password) == (b"rotator", b"hush")
        return AuthResult(success=known, handled=known)

    @asynccontextmanager
    async def running(self, security, *, log_in=False) -> AsyncIterator["MailServer"]:
        """It listens; with a log-in it takes no mail without one."""

        def session():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it warns of a log-in that it would take in clear
                return SMTP(
                    self,
                    hostname="mail.test",
                    tls_context=self.context if security == "starttls" else None,
                    require_starttls=security == "starttls",
                    authenticator=self.log_in if log_in else None,
                    auth_required=log_in,
                    auth_require_tls=False,
                )

        listener = await asyncio.get_running_loop().create_server(
            session, "127.0.0.1", self.port, ssl=self.context if security == "tls" else None
        )
        self.port = listener.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            listener.close()


@asynccontextmanager
async def syslog_over_tcp():
    """A syslog server: its port, and a queue of what each connection has brought."""
    brought: asyncio.Queue[bytes] = asyncio.Queue()

    async def serve(reader, writer):
        brought.put_nowait(await reader.read())
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield listener.sockets[0].getsockname()[1], brought
    finally:
        listener.close()
