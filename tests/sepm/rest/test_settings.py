"""The waiting times of a pair, from its settings."""

from datetime import timedelta

import pytest

from rotation.survey import Mode, Pair
from rotation.values import GroupId, LocationId
from sepm.rest.payloads import SettingsPayload
from sepm.rest.settings import pair_settings

PAIR = Pair(group_id=GroupId("A" * 32), location_id=LocationId("C" * 32))
PUSH = {
    "mode": "push",
    "upload_op_state_heartbeat_freq_in_seconds": 60,
    "upload_log_heartbeat_freq_in_seconds": 900,
    "upload_cmd_state_heartbeat_freq_in_seconds": 300,
}


@pytest.mark.parametrize(
    ("communication", "mode", "heartbeat", "jitter"),
    [
        ({}, Mode.PULL, 300, 120),
        (PUSH, Mode.PUSH, 900, 120),
        ({"pull_mode_heartbeat_freq_in_seconds": 3600, "randomization_enabled": False}, Mode.PULL, 3600, 0),
        ({"randomization_range": None}, Mode.PULL, 300, 0),
        ({"pull_mode_heartbeat_freq_in_seconds": 0}, Mode.PULL, 0, 120),
        ({"pull_mode_heartbeat_freq_in_seconds": -5, "randomization_range": -7}, Mode.PULL, -5, -7),
        ({"pull_mode_heartbeat_freq_in_seconds": 10**300, "randomization_range": 10**18}, Mode.PULL, 10**9, 10**9),
        ({"pull_mode_heartbeat_freq_in_seconds": -(10**300)}, Mode.PULL, -(10**9), 120),
    ],
)
def test_the_heartbeat_of_a_pair(communication, mode, heartbeat, jitter):
    """Pull: the interval; push: the slowest upload (rule 14); jitter only where it is switched on.

    What cannot be meant is no error here: the planner judges it, and names the group.
    """
    payload = SettingsPayload.model_validate(
        {
            "configuration": {
                "communication_settings": {
                    "mode": "PULL",
                    "pull_mode_heartbeat_freq_in_seconds": 300,
                    "sem_server": {"name": "Default list"},
                    "randomization_enabled": True,
                    "randomization_range": 120,
                    **communication,
                },
                "general_settings": {"security_settings": {"secure_communications": False}},
            }
        }
    )
    seen = pair_settings(payload, PAIR, address="site T")
    assert (seen.mode, seen.secure_communications) == (mode, False)
    assert (seen.heartbeat, seen.jitter) == (timedelta(seconds=heartbeat), timedelta(seconds=jitter))
