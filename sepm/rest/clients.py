"""A client from SEPM's payload to the domain."""

from rotation.build import ClientBuild, system_of
from rotation.network import network_of
from rotation.survey import ObservedClient
from rotation.values import ClientId, GroupId, ServerName
from sepm.errors import UnexpectedAnswer
from sepm.instants import from_epoch_ms
from sepm.rest.payloads import ClientPayload


def observed_client(payload: ClientPayload, *, address: str) -> ObservedClient | None:
    """The client as SEPM records it; None for one that SEPM has marked as deleted.

    Raises:
        UnexpectedAnswer: when it has no group: the policy that it needs is unknown.
    """
    if payload.deleted:
        return None
    if payload.group is None:
        raise UnexpectedAnswer(
            address,
            f"client {payload.computer_name!r} ({payload.unique_id}) has no group",
            "look at it in the SEPM console; move it to a group or delete it",
        )
    build = ClientBuild.parse(payload.agent_version)
    return ObservedClient(
        id=ClientId(payload.unique_id),
        name=payload.computer_name,
        group_id=GroupId(payload.group.id),
        build=payload.agent_version or None,
        last_seen=from_epoch_ms(payload.last_update_time) if payload.last_update_time else None,
        last_server=ServerName(payload.last_server_name) if payload.last_server_name else None,
        serial=payload.profile_serial_no or None,
        online=payload.online_status == 1,
        non_persistent=payload.is_npvdi_client == 1,
        network=network_of(
            payload.ip_addresses or (), payload.subnet_masks or (), payload.last_connected_ip_addr or ""
        ),
        system=system_of(payload.operating_system or ""),
        upgrades=build is not None and build.is_before(payload.deployment_target_version),
    )
