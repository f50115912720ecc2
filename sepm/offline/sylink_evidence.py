"""Evidence about clients that an operator gives as their Sylink.xml files: what the files show takes their place."""

import hashlib
import json
from typing import Any

from rotation.plan.work.client_look import AGE
from rotation.site import Protocol, Server
from rotation.text.storable_text import is_whole
from sepm.offline.sylink import certificates_in, parse_sylink

SYLINK = "sylink"
_NAME = 100


def read_looks(evidence: str, servers: tuple[Server, ...]) -> str:
    """The evidence with what each Sylink.xml shows. The files are not kept: they hold a key.

    Text that is no JSON list becomes an empty text, since it may be such a file.

    Raises:
        UnreadableSylink: when a file is none; it names the client.
    """
    try:
        listed = json.loads(evidence)
    except (ValueError, RecursionError):
        return ""
    # a name that no answer can repeat would be lost in the refusal of its file
    whole = isinstance(listed, list) and is_whole(listed)
    return json.dumps([_read(each, servers) for each in listed]) if whole else ""


def _read(each: Any, servers: tuple[Server, ...]) -> Any:
    if not isinstance(each, dict) or SYLINK not in each:
        return each
    others = {name: value for name, value in each.items() if name in {"client", AGE}}
    if not isinstance(each[SYLINK], str):
        return others
    content, name = each[SYLINK].encode(errors="replace"), f"the Sylink.xml of {str(each.get('client', ''))[:_NAME]}"
    found = parse_sylink(content, servers, name=name)
    https = found.protocol is Protocol.HTTPS
    ports = ((entry.address, entry.https_port if https else entry.http_port) for entry in found.entries)
    return {
        **others,
        "protocol": found.protocol.value,
        "servers": [{"server": address, "port": port} for address, port in dict.fromkeys(ports)],
        "certificates": list(certificates_in(content, name=name)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
