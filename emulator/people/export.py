"""What the console of a site without REST shows: clients as a file, groups with their serials."""

import csv
import io
from collections import Counter
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from emulator.simulation import Simulation
from emulator.state.site import Group


class Encoding(StrEnum):
    """How the file is written."""

    UTF_8 = "utf-8-sig"
    UTF_16 = "utf-16"


class ExportForm(BaseModel):
    """How this console writes its exports: no public source tells, so each is a possibility."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoding: Encoding = Encoding.UTF_8
    delimiter: str = ","
    time: str = "%m/%d/%Y %H:%M:%S"
    timezone: str = "UTC"
    serials: bool = True
    servers: bool = True
    ids: bool = True


def export_clients(simulation: Simulation, now: datetime, form: ExportForm) -> bytes:
    """The clients as the console exports them. Times are cut to the second, or as far as the form tells."""
    zone = ZoneInfo(form.timezone)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=form.delimiter)
    header = ["Computer Name", "Group", "Last time status changed", "Version", "Operating System"]
    header += ["Server"] if form.servers else []
    header += ["Unique ID"] if form.ids else []
    writer.writerow(header + (["Policy Serial Number"] if form.serials else []))
    for record in simulation.fleet.records(now):
        seen = record.last_update_time.astimezone(zone).strftime(form.time) if record.last_update_ms else "Never"
        row = [record.name, record.group_path, seen, record.build, "Windows 7 Professional"]
        row += [record.last_server_name] if form.servers else []
        row += [record.id] if form.ids else []
        writer.writerow(row + ([record.profile_serial] if form.serials else []))
    return text.getvalue().encode(form.encoding.value)


def serials(simulation: Simulation, paths: Collection[str] = ()) -> str:
    """The policy serial numbers of groups as their pages show them; of all groups, where none is named."""
    groups = [group for group in simulation.site.groups.values() if not paths or group.path in paths]
    return ", ".join(group.policy_serial for group in groups)


def followed_by(simulation: Simulation, paths: Collection[str]) -> tuple[str, ...]:
    """Groups of those paths, and all that have their settings."""
    site = simulation.site
    return tuple(group.path for group in site.groups.values() if site.owner(group).path in paths)


def unlike(simulation: Simulation, now: datetime, paths: Collection[str], since: datetime) -> tuple[str, ...]:
    """The clients of groups that the console does not show with their group's policy and a check-in after `since`."""
    groups = simulation.site.groups
    return tuple(
        record.name
        for record in simulation.fleet.records(now)
        if record.group_path in paths
        and (record.profile_serial != groups[record.group_id].policy_serial or record.last_update_time <= since)
    )


def described_groups(simulation: Simulation, *, with_serials: bool = True) -> list[dict[str, Any]]:
    """Every group as an administrator writes it down from its page."""
    site = simulation.site
    return [
        {
            "path": group.path,
            "inherits": group.inherits,
            "policy_serial": group.policy_serial if with_serials else "",
            "locations": []
            if group.inherits
            else [_location(simulation, group, each.name) for each in site.locations(group)],
        }
        for group in site.groups.values()
    ]


def machines_of_images(simulation: Simulation) -> tuple[str, ...]:
    """The machines that start from a golden image each time, as their administrator writes them down."""
    names: list[str] = []
    numbers: Counter[str] = Counter()  # as they were given out (emulator/building.py)
    for batch in simulation.spec.clients:
        if batch.machine is not None:
            names += [batch.machine.name] if batch.npvdi else []
            continue
        first, numbers[batch.prefix] = numbers[batch.prefix] + 1, numbers[batch.prefix] + batch.count
        names += [f"{batch.prefix}-{each:04d}" for each in range(first, first + batch.count) if batch.npvdi]
    return tuple(names)


def _location(simulation: Simulation, group: Group, name: str) -> dict[str, Any]:
    site = simulation.site
    settings = site.settings(group, site.location(group, name))
    return {
        "name": name,
        "server_list": site.server_lists[settings.server_list].name,
        "secure_communications": settings.secure_communications,
        "mode": settings.mode.value,
        "heartbeat": settings.heartbeat,
        "jitter": settings.randomization,
    }
