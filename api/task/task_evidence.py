"""Evidence that comes as a file: of an exported Sylink.xml the rotation is told what it shows."""

import hashlib
from collections.abc import Mapping

from rotation.plan.work.client_look import CLIENTS
from rotation.plan.work.copied import shown_by
from rotation.site import Site
from sepm.offline.sylink import parse_sylink
from sepm.offline.sylink_evidence import read_looks

SYLINK = "sylink"


def evidence_of_sylink(said: Mapping[str, str], site: Site) -> dict[str, str]:
    """The evidence with what an exported Sylink.xml shows in its place; the file itself is not kept.

    What the file shows of its list counts, whatever else was said of it.

    Raises:
        UnreadableSylink: when it is none.
    """
    if CLIENTS in said:
        said = {**said, CLIENTS: read_looks(said[CLIENTS], site.servers)}
    if SYLINK not in said:
        return dict(said)
    others = {name: value for name, value in said.items() if name != SYLINK}
    content = said[SYLINK].encode(errors="replace")
    shown = shown_by(parse_sylink(content, site.servers))
    return others | shown | {"sha256": hashlib.sha256(content).hexdigest()}
