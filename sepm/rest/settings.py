"""The settings of a pair: from SEPM's payload to the domain, and the smallest change back."""

from datetime import timedelta
from typing import Any

from rotation.survey import Mode, Pair, PairSettings
from rotation.values import ListName
from sepm.errors import UnexpectedAnswer
from sepm.rest.payloads import CommunicationPayload, SettingsPayload

_MOST_SECONDS = 10**9


def pair_settings(payload: SettingsPayload, pair: Pair, *, address: str, named: str = "") -> PairSettings:
    """What a rotation needs of a pair's settings.

    Args:
        payload: SEPM's answer.
        pair: whose settings they are.
        address: for errors.
        named: group path and location name, for errors.

    Raises:
        UnexpectedAnswer: when mode or heartbeat are missing: waiting times rest on them, so none is made up.
    """
    communication = payload.configuration.communication_settings
    who = f"group {pair.group_id}, location {pair.location_id}" + (f" ({named})" if named else "")
    try:
        mode = Mode(communication.mode.strip().upper())
    except ValueError:
        raise UnexpectedAnswer(
            address,
            f"{who} has the unknown communication mode {communication.mode[:20]!r}",
            "set pull or push mode in the group's communication settings",
        ) from None
    heartbeat = _heartbeat(communication, mode)
    if heartbeat is None:
        raise UnexpectedAnswer(
            address,
            f"{who} shows no heartbeat interval for {mode} mode",
            "set the heartbeat interval in the group's communication settings",
        )
    return PairSettings(
        server_list=ListName(communication.sem_server.name),
        secure_communications=payload.configuration.general_settings.security_settings.secure_communications,
        mode=mode,
        heartbeat=heartbeat,
        jitter=_jitter(communication),
        log_kb=payload.configuration.client_log.system_maxsize if payload.configuration.client_log else None,
    )


def server_list_change(name: ListName) -> dict[str, Any]:
    """The body that assigns an existing server list and touches nothing else."""
    return {"configuration": {"communication_settings": {"sem_server": {"name": name}}}}


def secure_communications_change(*, enabled: bool) -> dict[str, Any]:
    """The body that switches secure communications and touches nothing else."""
    return {"configuration": {"general_settings": {"security_settings": {"secure_communications": enabled}}}}


def log_size_change(kb: int) -> dict[str, Any]:
    """The body that sets how large a client's system log may become, in KB, and touches nothing else."""
    return {"configuration": {"client_log": {"system_maxsize": kb}}}


def _heartbeat(communication: CommunicationPayload, mode: Mode) -> timedelta | None:
    intervals = (
        (communication.pull_mode_heartbeat_freq_in_seconds,)
        if mode is Mode.PULL
        else (  # a standing connection is no check-in; what a push client uploads is (rule 14)
            communication.upload_op_state_heartbeat_freq_in_seconds,
            communication.upload_log_heartbeat_freq_in_seconds,
            communication.upload_cmd_state_heartbeat_freq_in_seconds,
        )
    )
    stated = [interval for interval in intervals if interval is not None]
    return _span(max(stated)) if stated else None


def _jitter(communication: CommunicationPayload) -> timedelta:
    if not communication.randomization_enabled:
        return timedelta(0)
    return _span(communication.randomization_range or 0)


def _span(seconds: int) -> timedelta:
    """What SEPM says, as far as a length of time can say it: whether it can be meant is judged where it is used."""
    return timedelta(seconds=min(max(seconds, -_MOST_SECONDS), _MOST_SECONDS))
