"""Where a channel goes, from an address that a person types."""

from typing import Any
from urllib.parse import urlsplit

from cli.language.wording import _
from cli.terminal.fault import UnreadableError
from rotation.notice.channel import MailSecurity


def target_of(to: str, server: str | None, sender: str | None, security: MailSecurity, user: str) -> dict[str, Any]:
    """The target as the API takes it.

    Raises:
        UnreadableError: when it is none.
    """
    kind, _colon, rest = to.partition(":")
    if kind == "https":
        return {"kind": "webhook", "url": to}
    if kind == "mailto":
        if server is None or sender is None:
            raise UnreadableError(_("mail needs --server and --from"))
        host, port = _place(server)
        found = {"kind": "mail", "host": host, "security": security.value, "username": user, "sender": sender}
        return found | {"recipients": rest.split(",")} | ({"port": port} if port else {})
    if kind in {"syslog", "syslog+udp"}:
        host, port = _place(rest.removeprefix("//"))
        found = {"kind": "syslog", "host": host, "transport": "udp" if kind.endswith("udp") else "tcp"}
        return found | ({"port": port} if port else {})
    raise UnreadableError(_("%(to)s is none of https://..., mailto:..., syslog://... and syslog+udp://...", to=to))


def _place(text: str) -> tuple[str, int | None]:
    parts = urlsplit(f"//{text}")
    try:
        port = parts.port
    except ValueError:
        raise UnreadableError(_("%(text)s is no HOST:PORT", text=text)) from None
    return parts.hostname or "", port
