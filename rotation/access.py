"""How a site is reached: over SEPM's REST API, or at its console only (12.x), described by a document and exports."""

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from fnmatch import translate
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StrictBool, model_validator

from rotation.bounds import Text
from rotation.serial import PolicySerial, parse_or_none
from rotation.span import LONGEST_HEARTBEAT, Span
from rotation.survey import Mode, PairSettings
from rotation.values import GroupId, ListName, LocationId, Value

_SEPARATOR = "\\"
MOST_GROUPS = 20_000

Images = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=200)], ...],
    Field(
        max_length=1000,
        description="Names of machines that start from a golden image each time (non-persistent VDI), which no export "
        "tells; `*` and `?` stand for any letters",
    ),
]


class OverRest(Value):
    """SEPM's REST API reads and writes; its address and account are kept in the store beside the site."""

    kind: Literal["rest"] = "rest"


class ConsoleLocation(Value):
    """A location of a group with its settings, as its page in the console shows them."""

    name: str = Field(default="Default", min_length=1, max_length=200)
    server_list: Annotated[ListName, Text]
    secure_communications: StrictBool
    mode: Mode = Mode.PULL
    heartbeat: Span = Field(gt=timedelta(0), le=LONGEST_HEARTBEAT)
    jitter: Span = Field(default=timedelta(0), ge=timedelta(0), le=LONGEST_HEARTBEAT)

    @property
    def settings(self) -> PairSettings:
        """What of it a rotation reads or changes."""
        return PairSettings.model_validate(self.model_dump(exclude={"name"}))


class ConsoleGroup(Value):
    """A group as its page in the console shows it; one that inherits has no locations of its own."""

    path: str = Field(min_length=1, max_length=1000, description="From the top: `My Company\\Sales`")
    inherits: StrictBool = False
    policy_serial: str = Field(
        default="",
        max_length=100,
        description="As the group's page shows it, `AAAA-MM/dd/yyyy HH:mm:ss SSS`; without it less is proven",
    )
    locations: tuple[ConsoleLocation, ...] = Field(default=(), max_length=100)

    @model_validator(mode="after")
    def _owns_or_inherits(self) -> "ConsoleGroup":
        if self.inherits == bool(self.locations):
            raise ValueError(f"group {self.path!r} needs locations if and only if it does not inherit")
        if self.policy_serial and self.serial is None:
            raise ValueError(f"group {self.path!r}: {self.policy_serial!r} is no policy serial")
        names = [location.name for location in self.locations]
        if len(set(names)) < len(names):
            raise ValueError(f"group {self.path!r} has two locations of one name")
        return self

    @property
    def serial(self) -> PolicySerial | None:
        """Its policy serial, where the document gives it."""
        return parse_or_none(self.policy_serial)

    @property
    def id(self) -> GroupId:
        """An id of ours, since the console shows none; it begins as the group's own, where the serial shows it."""
        digest = hashlib.sha256(self.path.encode()).hexdigest()
        return GroupId((self.serial.prefix if self.serial else digest[:4]) + digest[4:32].upper())

    def location_id(self, name: str) -> LocationId:
        """The id of its location of that name."""
        return LocationId(hashlib.sha256(f"{self.path}\n{name}".encode()).hexdigest()[:32].upper())


class OfflineDocument(Value):
    """No REST API: what the console showed when the document was written."""

    kind: Literal["console"] = "console"
    version: str = Field(min_length=1, max_length=50, description="SEPM's version, e.g. 12.1.7004.6500")
    recorded_at: AwareDatetime
    """When the console showed it, on the clock of the servers."""
    groups: tuple[ConsoleGroup, ...] = Field(min_length=1, max_length=MOST_GROUPS)
    replication_partners: tuple[str, ...] = ()
    images: Images = ()

    @model_validator(mode="after")
    def _whole(self) -> "OfflineDocument":
        """Every group once, and above each that inherits one that it can have its settings from."""
        paths = {group.path for group in self.groups}
        if len(paths) < len(self.groups):
            raise ValueError("the document has a group twice")
        for group in self.groups:
            above = group.path.rpartition(_SEPARATOR)[0]
            if group.inherits and above not in paths:
                raise ValueError(f"group {group.path!r} inherits, but {above or 'a group above it'!r} is not described")
        return self

    def from_images(self, names: Iterable[str]) -> frozenset[str]:
        """Those of these machines that the document lists as starting from an image."""
        if not self.images:
            return frozenset()
        forms = "|".join(translate(pattern.casefold().replace("[", "[[]")) for pattern in self.images)
        listed = re.compile(forms)
        return frozenset(name for name in names if listed.match(name.casefold()))


Access = Annotated[OverRest | OfflineDocument, Field(discriminator="kind")]


def recorded(access: OfflineDocument, group: ConsoleGroup) -> datetime:
    """When the policy of `group` was made, or the latest that it can have been."""
    return group.serial.at if group.serial is not None else access.recorded_at
