"""How the people of a scenario find out which networks let plain HTTP through, and what they do about the others."""

from enum import StrEnum

from rotation.values import Value


class Asking(StrEnum):
    """How they find out whether plain HTTP gets through."""

    WORD = "word"
    """They do not: they name every network as one that lets it through."""
    SCRIPT = "script"
    """They run the script before anything is planned."""
    STALE = "stale"
    """They upload what it wrote before a firewall was closed, long ago; when the plan is refused they run it."""
    CANARIES = "canaries"
    """They let canaries show it; when the plan is refused they run the script."""


class WhenShut(StrEnum):
    """What they do about a network that lets no plain HTTP through."""

    OPEN = "open"
    LEAVE_OUT = "leave-out"
    """The clients in it are left out, by name."""
    GIVE_UP = "give-up"


class Networking(Value):
    """How the people of a scenario deal with networks."""

    asking: Asking = Asking.WORD
    when_shut: WhenShut = WhenShut.GIVE_UP
