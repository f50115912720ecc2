"""What happens at a site without the product asking for it, as values: they travel as JSON.

A name that is no longer there when its time comes makes an event void. By what they touch: `computers`, `servers`,
`settings`, `database` and `tree`. `base` has what all of them share.
"""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from emulator.events.site_events.base import SiteEventBase
from emulator.events.site_events.computers import (
    ComputersAppear,
    ComputersMove,
    ComputersReimaged,
    RecordsDoubled,
    RecordShared,
    RowsDoubled,
    SylinkHandedOut,
)
from emulator.events.site_events.database import AnswersStale, DatabaseRestored, DatabaseSaved
from emulator.events.site_events.servers import (
    ApiSilent,
    CertificateDamaged,
    CertificateGenerated,
    CertificateRestored,
    ClockSet,
    HttpPortMoved,
    ServerAdded,
    ServerCutOff,
    ServerDies,
    ServerRestarts,
    ServerUpgraded,
)
from emulator.events.site_events.settings import (
    DatabaseMaintained,
    HeartbeatSet,
    ListAssigned,
    ListEdited,
    PoliciesEditedOften,
    PolicyEdited,
    SecureCommunicationsSet,
)
from emulator.events.site_events.tree import (
    GroupAdded,
    GroupMoved,
    InheritanceSet,
    LocationAdded,
)

__all__ = [
    "AnswersStale",
    "ApiSilent",
    "CertificateDamaged",
    "CertificateGenerated",
    "CertificateRestored",
    "ClockSet",
    "ComputersAppear",
    "ComputersMove",
    "ComputersReimaged",
    "DatabaseMaintained",
    "DatabaseRestored",
    "DatabaseSaved",
    "GroupAdded",
    "GroupMoved",
    "HeartbeatSet",
    "HttpPortMoved",
    "InheritanceSet",
    "ListAssigned",
    "ListEdited",
    "LocationAdded",
    "Missed",
    "PoliciesEditedOften",
    "PolicyEdited",
    "RecordShared",
    "RecordsDoubled",
    "RowsDoubled",
    "Scheduled",
    "SecureCommunicationsSet",
    "ServerAdded",
    "ServerCutOff",
    "ServerDies",
    "ServerRestarts",
    "ServerUpgraded",
    "SiteEvent",
    "SylinkHandedOut",
]

SiteEvent = Annotated[
    ComputersAppear
    | ComputersMove
    | ComputersReimaged
    | RecordsDoubled
    | RowsDoubled
    | RecordShared
    | SylinkHandedOut
    | ServerRestarts
    | ServerCutOff
    | ServerDies
    | ServerUpgraded
    | HttpPortMoved
    | ServerAdded
    | ApiSilent
    | AnswersStale
    | ClockSet
    | PolicyEdited
    | PoliciesEditedOften
    | DatabaseMaintained
    | DatabaseSaved
    | DatabaseRestored
    | SecureCommunicationsSet
    | HeartbeatSet
    | ListAssigned
    | ListEdited
    | CertificateGenerated
    | CertificateRestored
    | CertificateDamaged
    | GroupAdded
    | LocationAdded
    | GroupMoved
    | InheritanceSet,
    Field(discriminator="site_event"),
]


class Scheduled(SiteEventBase):
    """An event with its time."""

    at: AwareDatetime
    site_event: SiteEvent


class Missed(BaseModel):
    """An event that was void when its time came."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    site_event: SiteEvent
    why: str
