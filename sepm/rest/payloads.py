"""SEPM's answers as they come, cut to what is used. Unknown fields are ignored: SEPM sends some 140 of a client.

Shapes: the vendor's OpenAPI, and answers that public clients have recorded. Keys that differ only by case (`osName`,
`osname`) do no harm here.
"""

import re
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, StringConstraints
from pydantic.alias_generators import to_camel

Row = TypeVar("Row")

_HEX_ID = re.compile(r"[0-9A-Fa-f]{32}\Z")


def _upper_id(value: Any) -> Any:
    """Ids are 32 hexadecimal digits in capitals; a small one is the same id, and must compare equal."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    return text.upper() if _HEX_ID.match(text) else text


def _text(value: Any) -> Any:
    """Absent texts come as null."""
    return "" if value is None else value


def _listed(value: Any) -> Any:
    """One object where a list is meant, or null for an empty one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


# What is usual is tried first, within the parser: a function of ours costs more than all else of a row, and before it
# can look at a list, all of the list is made of Python's objects.
_LEFT_TO_RIGHT = Field(union_mode="left_to_right")
_Usual = Annotated[str, StringConstraints(pattern=r"^[0-9A-F]{32}$")]
_Other = Annotated[str, BeforeValidator(_upper_id), Field(min_length=1)]
SepmId = Annotated[_Usual | _Other, _LEFT_TO_RIGHT]
Text = Annotated[str | Annotated[str, BeforeValidator(_text)], _LEFT_TO_RIGHT]
EpochMs = Annotated[int, Field(ge=0, le=253_402_300_799_999)]
"""Milliseconds since 1970, up to the year 9999: what a date can hold."""
AnyCaseId = Field(validation_alias=AliasChoices("id", "ID", "Id"))


class Payload(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


class SnakePayload(BaseModel):
    """A part of an answer that SEPM spells with underscores (settings, replication)."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class RolePayload(Payload):
    """What kind of administrator: 8 system, 4 domain, 2 limited."""

    bit_mask: int | None = None


class TokenPayload(Payload):
    """The answer to authenticate; the life is in seconds."""

    token: SecretStr
    token_expiration: int = 0
    domain_id: Annotated[Text, BeforeValidator(_upper_id)] = Field("", validation_alias="domainid")
    """The domain that the session is logged on to; not every version names it."""
    role: RolePayload | None = None


class VersionPayload(BaseModel):
    """The answer of version."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: str = Field(min_length=1)


class PagePayload(Payload, Generic[Row]):
    """A page of rows. `number` counts from 0 although `pageIndex` counts from 1."""

    content: Annotated[list[Row] | Annotated[list[Row], BeforeValidator(_listed)], _LEFT_TO_RIGHT]
    total_pages: int | None = None
    total_elements: int | None = None
    last_page: bool | None = None


class DomainPayload(Payload):
    """A domain, whole or as a group shows it."""

    id: SepmId = AnyCaseId
    name: Text = ""


class GroupPayload(Payload):
    """A group. `policy_date` is in epoch milliseconds and equals the time in the policy serial."""

    id: SepmId = AnyCaseId
    name: Text = ""
    full_path_name: Text = ""
    policy_date: EpochMs
    policy_inheritance_enabled: bool
    number_of_physical_computers: int | None = Field(default=None, ge=0)
    domain: DomainPayload | None = None


class GroupOfClientPayload(Payload):
    """The group of a client; its `name` holds the full path."""

    id: SepmId = AnyCaseId


class ClientPayload(Payload):
    """A client. `last_update_time` is in epoch milliseconds, on the clock of the server that it met; 0 is never."""

    unique_id: SepmId
    computer_name: Text = ""
    group: GroupOfClientPayload | None = None
    agent_version: str | None = None
    deployment_target_version: str | None = None
    operating_system: str | None = None
    last_update_time: EpochMs | None = None
    last_server_name: str | None = None
    profile_serial_no: str | None = None
    online_status: int | None = None
    is_npvdi_client: int | None = None
    deleted: int | None = None
    ip_addresses: list[str] | None = None
    subnet_masks: list[str] | None = None
    last_connected_ip_addr: str | None = None


class ServerListPayload(SnakePayload):
    """The server list in use, by name only."""

    name: str = Field(min_length=1)


class CommunicationPayload(SnakePayload):
    """How clients of a pair communicate; intervals in seconds."""

    mode: str
    sem_server: ServerListPayload
    pull_mode_heartbeat_freq_in_seconds: int | None = None
    upload_op_state_heartbeat_freq_in_seconds: int | None = None
    upload_log_heartbeat_freq_in_seconds: int | None = None
    upload_cmd_state_heartbeat_freq_in_seconds: int | None = None
    randomization_enabled: bool | None = None
    randomization_range: int | None = None


class SecurityPayload(SnakePayload):
    """Security settings. No default: a missing switch is not an open one."""

    secure_communications: bool


class GeneralPayload(SnakePayload):
    """General settings."""

    security_settings: SecurityPayload


class LogPayload(SnakePayload):
    """Settings of the clients' logs; sizes are in KB."""

    system_maxsize: int | None = None


class ConfigurationPayload(SnakePayload):
    """What is configured for a pair."""

    communication_settings: CommunicationPayload
    general_settings: GeneralPayload
    client_log: LogPayload | None = None


class SettingsPayload(SnakePayload):
    """The settings of a pair."""

    configuration: ConfigurationPayload


class ServerPayload(Payload):
    """A management server: the documented schema has no more than its id."""

    id: SepmId = AnyCaseId


class DatabasePayload(Payload):
    """The database of the site. User and passwords are in SEPM's answer and are left there."""

    name: Text = ""
    description: Text = ""
    address: Text = ""
    instance_name: Text = ""
    type: Text = ""
    version: Text = ""
    installed_by_sepm: bool | None = None


class PartnerPayload(SnakePayload):
    """A site that this one replicates with."""

    name: Text = ""


class ReplicatingSitePayload(Payload):
    """A site as replication sees it."""

    site_name: Text = ""
    replication_partner_status_list: Annotated[list[PartnerPayload], BeforeValidator(_listed)] = []


class ReplicationPayload(Payload):
    """Replication status. Documented as one object, seen as a list."""

    replication_status: Annotated[list[ReplicatingSitePayload], BeforeValidator(_listed)] = []


class PolicyRowPayload(BaseModel):
    """A row of the policy summary."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: SepmId = AnyCaseId
    name: Text = ""
    policytype: Text = ""
    lastmodifiedtime: int | None = None
    """Epoch milliseconds, on SEPM's clock."""


class StatusCountPayload(Payload):
    """How many clients have a status."""

    status: str
    clients_count: int


class OnlinePayload(Payload):
    """How many clients are online and offline."""

    client_count_stats_list: Annotated[list[StatusCountPayload], BeforeValidator(_listed)] = []
