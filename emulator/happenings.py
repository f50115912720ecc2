"""What happens at a site without anybody having asked the product, as values: they travel as JSON.

A name that is no longer there when its time comes makes a happening void.
"""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from emulator.damage import DamageForm
from emulator.spec import DEFAULT_LOCATION

_CURRENT_BUILD = "14.3.9816.7000"

_DECADES = timedelta(days=10_000)
"""No time that is played gets out of the years that there are."""


class _Happening(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ComputersAppear(_Happening):
    """New clients are installed, from a package that was exported some time ago."""

    happening: Literal["computers_appear"] = "computers_appear"
    group: str
    count: int = Field(default=1, ge=1)
    package_age: timedelta = timedelta()
    build: str = _CURRENT_BUILD


class ComputersMove(_Happening):
    """Clients are moved to another group."""

    happening: Literal["computers_move"] = "computers_move"
    group: str
    to: str
    count: int = Field(default=1, ge=1)


class ComputersReimaged(_Happening):
    """Disk images of some age are put back on clients; most register anew, and their old record stays behind."""

    happening: Literal["computers_reimaged"] = "computers_reimaged"
    group: str
    count: int = Field(default=1, ge=1)
    image_age: timedelta = timedelta()
    keeps_record: bool = False


class RecordsDoubled(_Happening):
    """Clients register a second time: the record that they had stays, and no contact will ever touch it."""

    happening: Literal["records_doubled"] = "records_doubled"
    group: str
    count: int = Field(default=1, ge=1)


class ServerRestarts(_Happening):
    """A server's services restart."""

    happening: Literal["server_restarts"] = "server_restarts"
    server: str
    lasting: timedelta


class ServerCutOff(_Happening):
    """The network before a server is dead: to the product (clients reach it), to clients (it answers), or to both."""

    happening: Literal["server_cut_off"] = "server_cut_off"
    server: str
    lasting: timedelta
    from_product: bool = True
    from_clients: bool = False


class ClockSet(_Happening):
    """A server's own clock is set."""

    happening: Literal["clock_set"] = "clock_set"
    server: str
    ahead: timedelta = Field(ge=-_DECADES, le=_DECADES)


class PolicyEdited(_Happening):
    """An administrator edits a policy of a group, and nothing of its communication settings."""

    happening: Literal["policy_edited"] = "policy_edited"
    group: str


class DatabaseMaintained(_Happening):
    """Maintenance of the database moves all policy serials without an edit."""

    happening: Literal["database_maintained"] = "database_maintained"


class SecureCommunicationsSet(_Happening):
    """Somebody ticks or unticks secure communications."""

    happening: Literal["secure_communications_set"] = "secure_communications_set"
    group: str
    location: str = DEFAULT_LOCATION
    enabled: bool


class HeartbeatSet(_Happening):
    """Somebody gives a location another heartbeat."""

    happening: Literal["heartbeat_set"] = "heartbeat_set"
    group: str
    location: str = DEFAULT_LOCATION
    heartbeat: timedelta = Field(ge=timedelta(milliseconds=10), le=_DECADES)


class ListAssigned(_Happening):
    """Somebody assigns another server list."""

    happening: Literal["list_assigned"] = "list_assigned"
    group: str
    location: str = DEFAULT_LOCATION
    server_list: str


class CertificateGenerated(_Happening):
    """Somebody has a server generate a new certificate."""

    happening: Literal["certificate_generated"] = "certificate_generated"
    server: str
    new_keys: bool = True


class CertificateRestored(_Happening):
    """Somebody puts back the certificate that a server had before its present one."""

    happening: Literal["certificate_restored"] = "certificate_restored"
    server: str


class CertificateDamaged(_Happening):
    """The certificate of a server is damaged or lost, while clients hold it."""

    happening: Literal["certificate_damaged"] = "certificate_damaged"
    server: str
    form: DamageForm = DamageForm.LOST


class GroupAdded(_Happening):
    """Somebody makes a group."""

    happening: Literal["group_added"] = "group_added"
    path: str
    inherits: bool = False


class LocationAdded(_Happening):
    """Somebody makes a location in a group."""

    happening: Literal["location_added"] = "location_added"
    group: str
    name: str


class GroupMoved(_Happening):
    """Somebody moves a group to another parent."""

    happening: Literal["group_moved"] = "group_moved"
    group: str
    parent: str


class InheritanceSet(_Happening):
    """Somebody has a group inherit, or no longer."""

    happening: Literal["inheritance_set"] = "inheritance_set"
    group: str
    inherits: bool


Happening = Annotated[
    ComputersAppear
    | ComputersMove
    | ComputersReimaged
    | RecordsDoubled
    | ServerRestarts
    | ServerCutOff
    | ClockSet
    | PolicyEdited
    | DatabaseMaintained
    | SecureCommunicationsSet
    | HeartbeatSet
    | ListAssigned
    | CertificateGenerated
    | CertificateRestored
    | CertificateDamaged
    | GroupAdded
    | LocationAdded
    | GroupMoved
    | InheritanceSet,
    Field(discriminator="happening"),
]


class Scheduled(_Happening):
    """A happening with its time."""

    at: AwareDatetime
    happening: Happening


class Missed(BaseModel):
    """A happening that was void when its time came."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    happening: Happening
    why: str
