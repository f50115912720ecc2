"""Names in certificates: which addresses they cover, and of what form they are."""

from enum import StrEnum
from ipaddress import ip_address

from rotation.certificate import Named


class NameForm(StrEnum):
    """How a name is written: peers compare the very form (K236805)."""

    ADDRESS = "address"
    SHORT = "short name"
    FULL = "full name"


def form(name: str) -> NameForm:
    """The form of a name."""
    try:
        ip_address(name)
    except ValueError:
        return NameForm.FULL if "." in name else NameForm.SHORT
    return NameForm.ADDRESS


def given(named: Named) -> tuple[str, ...]:
    """Every name of a certificate, each once: its subject's first."""
    return tuple(dict.fromkeys(name for name in (named.common_name, *named.names) if name))


def covers(named: Named, address: str) -> bool:
    """Whether a client that asked for `address` finds it in the certificate."""
    return any(_matches(name, address) for name in given(named))


def _matches(name: str, address: str) -> bool:
    if NameForm.ADDRESS in {form(name), form(address)}:
        return form(name) is form(address) and ip_address(name) == ip_address(address)
    wanted, offered = address.lower().rstrip("."), name.lower().rstrip(".")
    if offered.startswith("*."):  # it stands for one label, and for none of another depth
        label, _, rest = wanted.partition(".")
        return bool(label) and rest == offered[2:]
    return wanted == offered
