"""What is known of a site without REST: its document, and the changes that operators have stated since."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from rotation.access import ConsoleGroup, OfflineDocument, recorded
from rotation.plan.step import SettingField
from rotation.serial import PolicySerial
from rotation.survey import ObservedGroup, ObservedLocation, Pair, PairSettings
from rotation.values import GroupId, ListName, TaskId, Value


class Change(Value):
    """One setting of one pair, changed at the console as an operator states."""

    kind: Literal["setting"] = "setting"
    task_id: TaskId
    pair: Pair
    field: SettingField
    server_list: ListName | None = None
    secure_communications: bool | None = None
    stated_by: str
    evidence: dict[str, str]
    policy: datetime
    """When the policy that it caused was made: by its serial, else when the change was stated, on SEPM's clock."""
    serials: dict[GroupId, datetime] = Field(default_factory=dict)
    """The new serials of the group and of those that inherit from it, as they were copied from the console."""

    def on(self, settings: PairSettings) -> PairSettings:
        """`settings` with the change."""
        if self.field is SettingField.SERVER_LIST:
            return settings.model_copy(update={"server_list": self.server_list})
        return settings.model_copy(update={"secure_communications": bool(self.secure_communications)})


class Replicates(Value):
    """Whether the site replicates, as an operator states."""

    kind: Literal["replication"] = "replication"
    task_id: TaskId
    partners: tuple[str, ...]
    stated_by: str
    evidence: dict[str, str]


ConsoleEntry = Annotated[Change | Replicates, Field(discriminator="kind")]
"""One change that an operator has stated."""


class Policy(Value):
    """What clients of a group must have taken."""

    made: datetime
    """When it was made; of an inheriting group, that of the group whose settings it has."""
    serial: datetime | None
    """The serial that its own clients must report; None where no operator has copied it: then none can be compared."""


class OfflineRecord(Value):
    """The site as its operators state that it is."""

    access: OfflineDocument
    entries: tuple[ConsoleEntry, ...] = ()
    """In its order."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """The settings that were changed."""
        return tuple(each for each in self.entries if isinstance(each, Change))

    @property
    def partners(self) -> tuple[str, ...]:
        """The partners that it replicates with now."""
        stated = [each.partners for each in self.entries if isinstance(each, Replicates)]
        return stated[-1] if stated else self.access.replication_partners

    def groups(self) -> tuple[ObservedGroup, ...]:
        """Every group as it is now; a group that inherits has the locations of its owner."""
        policies = self.policies()
        settings = self._settings()
        return tuple(
            ObservedGroup(
                id=group.id,
                path=group.path,
                inherits=group.inherits,
                policy_date=policies[group.id].made,
                locations=tuple(
                    ObservedLocation(
                        id=(place := owner.location_id(location.name)),
                        name=location.name,
                        settings=settings[Pair(group_id=owner.id, location_id=place)],
                    )
                    for location in owner.locations
                ),
            )
            for group, owner in self._owned()
        )

    def policies(self) -> dict[GroupId, Policy]:
        """By group, the policy that its clients must have. Of an inheriting group it is made when its owner's is."""
        newest = {change.pair.group_id: change for change in self.changes}
        found: dict[GroupId, Policy] = {}
        for group, owner in self._owned():
            change = newest.get(owner.id)
            own = group.serial.at if group.serial is not None else None
            if change is None:
                found[group.id] = Policy(made=recorded(self.access, owner), serial=own)
            else:
                found[group.id] = Policy(made=change.policy, serial=change.serials.get(group.id) if own else None)
        return found

    def settings(self, pair: Pair) -> PairSettings | None:
        """The settings of a pair now; None where the document has no such pair."""
        return self._settings().get(pair)

    def _settings(self) -> dict[Pair, PairSettings]:
        found = {
            Pair(group_id=group.id, location_id=group.location_id(location.name)): location.settings
            for group in self.access.groups
            for location in group.locations
        }
        for change in self.changes:
            if change.pair in found:
                found[change.pair] = change.on(found[change.pair])
        return found

    def _owned(self) -> Iterable[tuple[ConsoleGroup, ConsoleGroup]]:
        by_path = {group.path: group for group in self.access.groups}
        for group in self.access.groups:
            owner = group
            while owner.inherits:
                owner = by_path[owner.path.rpartition("\\")[0]]
            yield group, owner


def serial_of(group: GroupId, policy: Policy) -> str:
    """The serial of a group's policy as a client reports it, to the millisecond."""
    made = policy.made
    return f"{group[:4]}-{made:%m/%d/%Y %H:%M:%S} {made.microsecond // 1000:03d}"


def serials_in(evidence: Iterable[str]) -> tuple[PolicySerial, ...]:
    """Every policy serial that an operator has copied from the console, one a line or apart by commas or semicolons.

    Raises:
        MalformedSerialError: when something that begins as one is none.
    """
    texts = (text.strip() for value in evidence for text in value.replace(";", "\n").replace(",", "\n").splitlines())
    return tuple(PolicySerial.parse(text) for text in texts if text)
