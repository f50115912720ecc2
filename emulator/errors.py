"""What the emulated site refuses, as types."""


class EmulatorError(Exception):
    """Base of all refusals of the emulated site."""


class UnknownNameError(EmulatorError):
    """Nothing of that name or id exists."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"there is no {what} {name!r}")
        self.what = what
        self.name = name


class NameTakenError(EmulatorError):
    """Something of that name exists already."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"a {what} {name!r} exists already")


class ListInUseError(EmulatorError):
    """A server list that some group still uses is not deleted."""

    def __init__(self, name: str, users: tuple[str, ...]) -> None:
        super().__init__(f"server list {name!r} is in use by {', '.join(users)}")
        self.users = users


class DefaultListError(EmulatorError):
    """The default list of a site is neither edited nor deleted: it is the way back."""

    def __init__(self, name: str) -> None:
        super().__init__(f"server list {name!r} is the site's default list")


class InheritedSettingsError(EmulatorError):
    """Settings change only on the group that owns them."""

    def __init__(self, group: str, owner: str) -> None:
        super().__init__(f"group {group!r} inherits its settings from {owner!r}")
        self.owner = owner


class RootGroupError(EmulatorError):
    """The root group stays where it is, owns its settings and is not removed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"group {name!r} is the root")


class GroupInUseError(EmulatorError):
    """A group that has clients or groups below it is not removed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"group {name!r} is not empty")


class RefusedWriteError(EmulatorError):
    """A REST write that this site refuses."""


class NothingToRestoreError(EmulatorError):
    """A server has had no other certificate."""

    def __init__(self, name: str) -> None:
        super().__init__(f"server {name!r} has no recovery file of another certificate")


class StillPublishingError(EmulatorError):
    """A server has not published yet what it was asked to."""

    def __init__(self, server: str) -> None:
        super().__init__(f"{server} is still publishing; look again")


class UnreachableError(EmulatorError):
    """Every client that is to be looked at is off, and so are those like it."""

    def __init__(self) -> None:
        super().__init__("no client that could be looked at is on")


class ServerBusyError(EmulatorError):
    """The server is down or restarts already."""

    def __init__(self, name: str) -> None:
        super().__init__(f"server {name!r} is down or restarting")


class CertificateFileError(EmulatorError):
    """A certificate file that the certificate wizard refuses."""


class TimeRunsBackwardsError(EmulatorError):
    """The simulation was asked to move to a moment that has passed."""
