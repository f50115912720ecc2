"""Which column of an export tells what.

No public source names the columns: likely names are known, and a person names others.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum


class Field(StrEnum):
    """What of a client a column tells."""

    NAME = "name"
    GROUP = "group"
    LAST_SEEN = "last_seen"
    BUILD = "build"
    SERVER = "server"
    SERIAL = "serial"
    ID = "id"


NEEDED = (Field.NAME, Field.GROUP, Field.LAST_SEEN)
_LIKELY: dict[Field, tuple[str, ...]] = {
    Field.NAME: ("computername", "computer", "hostname", "clientname", "name"),
    Field.GROUP: ("group", "groupname", "currentgroup", "clientgroup", "grouppath", "groupfullpath", "fullpathname"),
    Field.LAST_SEEN: (
        "lasttimestatuschanged",
        "laststatuschange",
        "lastcheckin",
        "lastcheckintime",
        "lastcontact",
        "lastseen",
        "lastupdatetime",
        "lastconnected",
    ),
    Field.BUILD: ("version", "clientversion", "agentversion", "sepversion", "productversion"),
    Field.SERVER: ("server", "servername", "lastserver", "lastservername", "managementserver"),
    # not "serial number": that is the computer's own
    Field.SERIAL: (
        "policyserial",
        "policyserialnumber",
        "policyserialno",
        "profileserial",
        "profileserialnumber",
        "profileserialno",
    ),
    Field.ID: ("uniqueid", "computerid", "hardwarekey", "hardwareid", "agentid"),
}


class UnclearColumnsError(ValueError):
    """A header that does not tell what is needed, or tells it twice."""


def places(header: Sequence[str], declared: Mapping[Field, str]) -> dict[Field, int]:
    """In which column of `header` each field is. A declared name counts before the likely ones.

    Raises:
        UnclearColumnsError: when something that is needed is nowhere, or something is in two columns.
    """
    found: dict[Field, int] = {}
    for field in Field:
        named = declared.get(field)
        wanted = (_plain(named),) if named is not None else _LIKELY[field]
        here = [place for place, text in enumerate(header) if _plain(text) in wanted]
        if len(here) > 1:
            names = ", ".join(header[place] for place in here[:5])
            raise UnclearColumnsError(f"{field.value} may be any of the columns {names}: name one of them")
        if named is not None and not here:
            raise UnclearColumnsError(f"there is no column {named!r}, which was named for {field.value}")
        if here:
            found[field] = here[0]
    missing = [field.value for field in NEEDED if field not in found]
    if missing:
        shown = ", ".join(text.strip()[:40] for text in header[:30])
        raise UnclearColumnsError(f"no column is known for {', '.join(missing)}; the columns are: {shown}")
    return found


def known(header: Sequence[str], declared: Mapping[Field, str]) -> int:
    """How many of the columns are known."""
    names = {_plain(name) for name in declared.values()} | {name for likely in _LIKELY.values() for name in likely}
    return sum(1 for text in header if _plain(text) in names)


def _plain(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
