"""What tells one site's procedure from another's."""

from collections.abc import Iterable

from rotation.plan.drill import Drill
from rotation.plan.scope import OwnerScope, Treatment
from rotation.plan.work.hand_outs import Stopped
from rotation.plan.work.https_drill import HttpsPort
from rotation.plan.work.task import CopyList, ReplaceCertificate
from rotation.site import Limits, Site
from rotation.values import GroupId, ServerName, Value


class ProcedureChoices(Value):
    """The two choices, which groups are relaxed and which servers go in what wave, with all that the steps name."""

    scopes: tuple[OwnerScope, ...]
    waves: tuple[tuple[ServerName, ...], ...]
    holdouts: tuple[ServerName, ...]
    limits: Limits
    copies: tuple[CopyList, ...]
    replacements: dict[ServerName, ReplaceCertificate]
    replication_partners: tuple[str, ...]
    image_groups: tuple[str, ...]
    """The groups of non-persistent machines."""
    keep_relaxed: bool
    canaries: tuple[GroupId, ...] = ()
    drill: Drill = Drill()
    failover_images: tuple[str, ...] = ()
    """Of `image_groups`, those whose machines fail over."""

    hand_outs: Stopped | None = None
    """What is known to be stopped that hands out Sylink.xml; None: the plan neither stops it nor starts it again."""

    https_ports: tuple[HttpsPort, ...] = ()
    """The ports that are shut while clients show what list they hold (rule 18); none: there is no such drill."""

    stops: tuple[ServerName, ...] = ()
    """The servers that are stopped before their replacement while clients show another one (rules 18 and 21)."""

    lists_stay: bool = False
    """Whether a site of 12.x speaks HTTP already: no list is copied, and list A begins at A6 (printed step 6)."""

    unread: bool = False
    """Whether settings cannot be read (a site without REST): serials that a swap moves prove nothing by themselves."""

    @property
    def relaxed(self) -> tuple[OwnerScope, ...]:
        """R: the owners that are relaxed."""
        return tuple(owner for owner in self.scopes if owner.treatment is Treatment.RELAX)

    @property
    def first(self) -> tuple[OwnerScope, ...]:
        """The relaxed owners that go first (rule 10)."""
        return tuple(owner for owner in self.relaxed if owner.group_id in self.canaries)


def lists_stay(site: Site, scopes: Iterable[OwnerScope]) -> bool:
    """Whether no list of a site without REST has to change, since all of them are HTTP (12.x: list A from A6 on)."""
    return site.at_console is not None and not any(pair.needs_list for owner in scopes for pair in owner.pairs)
