"""The evidence of a copied server list, held against what was asked: no SEPM API shows what is in a list."""

import re
from collections.abc import Mapping

from rotation.finding import Finding, blocking
from rotation.plan.drill import order_of
from rotation.plan.work.task import CopyList, order_text
from rotation.site import Protocol, ServerList
from rotation.values import ListName, ServerName

NAME, PROTOCOL, PORTS, ORDER = "list_name", "protocol", "ports", "order"
"""The evidence: as the console shows the copy, or as an exported Sylink.xml does."""
_PORT = re.compile(r"\s*(?P<server>.+?)\s*[=:]\s*(?P<port>[0-9]{1,5})\s*")
_NUMBER = re.compile(r"[0-9]{1,5}")
_PARTED = re.compile(r"[,;\n]")


def ports_text(work: CopyList) -> str:
    """The ports of the copy as a person says them: `SEPM-1=8014, SEPM-2=8014`."""
    return ", ".join(dict.fromkeys(f"{entry.server}={entry.http_port}" for entry in work.servers))


def shown_by(exported: ServerList) -> dict[str, str]:
    """The evidence that an exported Sylink.xml gives of its list, whatever the operator stated."""
    https = exported.protocol is Protocol.HTTPS
    ports = (f"{entry.server}={entry.https_port if https else entry.http_port}" for entry in exported.entries)
    return {
        NAME: exported.name,
        PROTOCOL: exported.protocol.value,
        PORTS: ", ".join(dict.fromkeys(ports)),
        ORDER: order_text(order_of(exported)),
    }


def not_as_asked(work: CopyList, evidence: Mapping[str, str]) -> Finding | None:
    """What speaks against a copy that an operator reports as made. The first rule that applies decides."""
    for rule in (_name, _protocol, _ports):
        finding = rule(work, evidence)
        if finding is not None:
            return finding
    return None


def _name(work: CopyList, evidence: Mapping[str, str]) -> Finding | None:
    stated = evidence.get(NAME, "").strip()
    if stated == work.copy_list:
        return None
    return _unlike(work, "copy-name-not-shown", f"the stated name is {stated or 'none'}; expected is {work.copy_list}")


def _protocol(work: CopyList, evidence: Mapping[str, str]) -> Finding | None:
    stated = evidence.get(PROTOCOL, "").strip()
    if stated.upper() == work.protocol.value:
        return None
    text = f"the stated protocol is {stated or 'none'}; expected is {work.protocol.value}"
    return _unlike(work, "copy-protocol-not-shown", text)


def _ports(work: CopyList, evidence: Mapping[str, str]) -> Finding | None:
    """Each server with its port, and no other server; a server with two addresses may have two ports."""
    stated = evidence.get(PORTS, "").strip()
    asked = {(entry.server.casefold(), entry.http_port) for entry in work.servers}
    if _named_ports(work, stated) == asked:
        return None
    return _unlike(
        work, "copy-ports-not-shown", f"the stated ports are {stated or 'none'}; expected are {ports_text(work)}"
    )


def _named_ports(work: CopyList, stated: str) -> set[tuple[str, int]] | None:
    """Each server with its port as stated; one number alone is that of every server. None where it cannot be read."""
    if _NUMBER.fullmatch(stated):
        return {(entry.server.casefold(), int(stated)) for entry in work.servers}
    found: set[tuple[str, int]] = set()
    for text in filter(str.strip, _PARTED.split(stated)):
        port = _PORT.fullmatch(text)
        if port is None:
            return None
        found.add((ServerName(port["server"]).casefold(), int(port["port"])))
    return found


def _unlike(work: CopyList, code: str, text: str) -> Finding:
    remedy = (
        f"look at the copy in the console and correct it; then report done with {NAME}={work.copy_list!r}, "
        f"{PROTOCOL}={work.protocol.value} and {PORTS}={ports_text(work)!r} as it shows them, or with the Sylink.xml "
        "that a group which uses it exports"
    )
    return blocking(code, ListName(work.copy_list), text[:500], remedy)
