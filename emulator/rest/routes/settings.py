"""Settings of a (group, location): read whole, written by the field."""

import math
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from emulator.rest.routes.groups import group_of, location_of
from emulator.rest.service import Here, RestService, answer, authorise
from emulator.simulation import SettingsWrite
from emulator.spec import Mode
from emulator.state.site import LocationSettings, ServerList

_USUAL_RANGE = timedelta(seconds=300)
_Seconds = Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)]
"""A longer span could not be added to a date for ever."""


class _Body(BaseModel):
    """What this site does not know of a body is taken and changes nothing."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class SemServer(_Body):
    """A server list by name."""

    name: str


class CommunicationChange(_Body):
    """Communication settings to change."""

    mode: Mode | None = None
    heartbeat: Annotated[_Seconds | None, Field(alias="pull_mode_heartbeat_freq_in_seconds", gt=0)] = None
    sem_server: SemServer | None = None
    randomization_enabled: StrictBool | None = None
    randomization_range: _Seconds | None = None

    def randomization(self, present: timedelta) -> timedelta | None:
        """The window asked for; None: not in the body."""
        if self.randomization_enabled is False:
            return timedelta()
        if self.randomization_range is not None:
            return timedelta(seconds=self.randomization_range)
        return (present or _USUAL_RANGE) if self.randomization_enabled else None


class SecurityChange(_Body):
    """Security settings to change."""

    secure_communications: StrictBool | None = None


class GeneralChange(_Body):
    """General settings to change."""

    security_settings: SecurityChange = SecurityChange()


class LogChange(_Body):
    """Settings of the clients' logs to change."""

    system_maxsize: Annotated[int | None, Field(ge=64, le=9999, strict=True)] = None


class ConfigurationChange(_Body):
    """What of the configuration changes."""

    communication_settings: CommunicationChange = CommunicationChange()
    general_settings: GeneralChange = GeneralChange()
    client_log: LogChange = LogChange()


class SettingsChange(_Body):
    """The body of a PATCH."""

    configuration: ConfigurationChange

    def write(self, present: LocationSettings) -> SettingsWrite:
        """The change as the site takes it."""
        communication = self.configuration.communication_settings
        heartbeat = communication.heartbeat
        return SettingsWrite(
            server_list=communication.sem_server.name if communication.sem_server else None,
            secure_communications=self.configuration.general_settings.security_settings.secure_communications,
            mode=communication.mode,
            heartbeat=None if heartbeat is None else timedelta(seconds=heartbeat),
            randomization=communication.randomization(present.randomization),
            log_kb=self.configuration.client_log.system_maxsize,
        )


def settings_body(settings: LocationSettings, server_list: ServerList) -> dict[str, Any]:
    """The answer to a GET. Seconds are whole: a part of one counts as one."""
    heartbeat = math.ceil(settings.heartbeat.total_seconds())
    return {
        "configuration": {
            "communication_settings": {
                "mode": settings.mode.value,
                "pull_mode_heartbeat_freq_in_seconds": heartbeat,
                "upload_op_state_heartbeat_freq_in_seconds": heartbeat,
                "upload_log_heartbeat_freq_in_seconds": heartbeat,
                "upload_cmd_state_heartbeat_freq_in_seconds": heartbeat,
                "sem_server": {"name": server_list.name, "description": server_list.description},
                "app_upload": False,
                "connect_to_server": True,
                "download_profile": True,
                "randomization_enabled": bool(settings.randomization),
                "randomization_range": math.ceil(settings.randomization.total_seconds()),
                "randomization_frequency": 0,
                "remember_current_group": False,
                "remember_current_policy_mode": False,
                "allow_client_upload_critical_event_immediately": True,
            },
            "general_settings": {
                "security_settings": {
                    "stopped_mode": "ALLOW",
                    "secure_communications": settings.secure_communications,
                },
                "tamper_protection": {"enabled": True, "action": "BLOCK", "log_action": 1},
            },
            "client_log": {"system_maxsize": settings.log_kb},
        },
        "lockedoptions": {},
    }


def settings_of(service: RestService, group_id: str, location_id: str) -> JSONResponse:
    """The settings of a location of a group.

    Raises:
        GoneError: There is no such group, or it has no such location.
    """
    site = service.site
    group = group_of(site, group_id)
    settings = site.settings(group, location_of(site, group, location_id))
    return answer(settings_body(settings, site.server_lists[settings.server_list]))


def settings_routes() -> APIRouter:
    """Read and write the settings of a location of a group."""
    router = APIRouter(
        prefix="/groups/{group_id}/locations/{location_id}/settings",
        dependencies=[Depends(authorise)],
    )

    @router.get("")
    async def read(service: Here, group_id: str, location_id: str) -> JSONResponse:
        return settings_of(service, group_id, location_id)

    @router.patch("")
    async def change(service: Here, group_id: str, location_id: str, body: SettingsChange) -> Response:
        site = service.site
        group = group_of(site, group_id)
        location = location_of(site, group, location_id)
        service.simulation.write_settings(group.id, location.id, body.write(site.settings(group, location)))
        return Response()

    return router
