"""What a person decides about a plan before it is made."""

from enum import StrEnum

from pydantic import Field

from rotation.values import CertificateId, GroupId, ServerName, Value


class Unproven(StrEnum):
    """What to do with a failover group whose clients were not all seen at a second server (rule 8)."""

    RELAX = "relax"
    """The group goes to R."""
    APPROVE = "approve"
    """A person takes these clients to fail over, by name."""
    DRILL = "drill"
    """Another server of their list is put first for a while; who is not seen there then goes to R or is approved."""


class PlanRequest(Value):
    """What a person decides about a plan."""

    certificates: dict[ServerName, CertificateId]
    unproven_failover: Unproven = Unproven.RELAX
    unproven_by_group: dict[str, Unproven] = Field(default_factory=dict)
    """The same for single groups, by path or id of the group that owns its settings."""
    holdout: tuple[ServerName, ...] = ()
    """Preferred holdout servers; chosen by the service when empty."""
    keep_relaxed: bool = False
    drill_https: bool = False
    """Have clients show that they hold an HTTP list, while HTTPS is shut at every server (rule 18)."""
    drill_stop: bool = False
    """Have clients that fail over show another server, while that which is replaced next is stopped (rule 18)."""
    trusted_networks: tuple[str, ...] = ()
    """Networks that a person takes to let plain HTTP through, in CIDR form, or `unknown` (rule 24a)."""
    leave_out_http: bool = False
    """Leave out, by name, every client that was shown not to get through."""
    leave_out_away: bool = False
    """Leave out, by name, every client that is silent for longer than the site's away limit (rule 1)."""

    def drilled(self, instead: Unproven) -> "PlanRequest":
        """The same after a drill: clients that it has not shown to fail over are treated as `instead` says."""

        def now(choice: Unproven) -> Unproven:
            return instead if choice is Unproven.DRILL else choice

        by_group = {group: now(choice) for group, choice in self.unproven_by_group.items()}
        update = {"unproven_failover": now(self.unproven_failover), "unproven_by_group": by_group}
        return self.model_copy(update=update)

    def unproven_in(self, group_id: GroupId, path: str) -> Unproven:
        """What is wanted of a group with clients that were never seen at a second server."""
        named = self.unproven_by_group
        return named.get(group_id, named.get(path, self.unproven_failover))
