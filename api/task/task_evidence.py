"""Evidence that comes as a file: the rotation gets what an exported Sylink.xml shows."""

import hashlib
from collections.abc import Mapping

from api.http.invalid import invalid
from rotation.plan.work.client_look import CLIENTS
from rotation.plan.work.copied import shown_by
from rotation.site import Site
from sepm.offline.sylink import parse_sylink
from sepm.offline.sylink_evidence import read_looks

SYLINK = "sylink"
_LARGEST = 500_000
"""Characters: a rotation keeps them in its state, and Temporal carries no more than two million."""


def evidence_of_sylink(stated: Mapping[str, str], site: Site) -> dict[str, str]:
    """The evidence with what an exported Sylink.xml shows in its place; the file itself is not kept.

    What the file shows of its list replaces what the operator stated of it.

    Raises:
        UnreadableSylink: when the file is no Sylink.xml.
        ProblemError: 422, when what is left is more than a message to a rotation holds.
    """
    read = _read(stated, site)
    if sum(len(name) + len(value) for name, value in read.items()) > _LARGEST:
        text = f"the evidence is too long (characters: {_LARGEST} at most)"
        raise invalid([{"type": "string_too_long", "loc": ("body", "evidence"), "msg": text}])
    return read


def _read(stated: Mapping[str, str], site: Site) -> dict[str, str]:
    if CLIENTS in stated:
        stated = {**stated, CLIENTS: read_looks(stated[CLIENTS], site.servers)}
    if SYLINK not in stated:
        return dict(stated)
    others = {name: value for name, value in stated.items() if name != SYLINK}
    content = stated[SYLINK].encode(errors="replace")
    shown = shown_by(parse_sylink(content, site.servers))
    return others | shown | {"sha256": hashlib.sha256(content).hexdigest()}
