"""How SEPM behaves in a drawn scenario: a drawn answer to each open question about it."""

from datetime import timedelta
from enum import StrEnum

from emulator.spec import SiteSpec
from emulator.switches import (
    DefectiveBuilds,
    Downloads,
    InheritorsFollow,
    MismatchClearsLastServer,
    PatchClientLog,
    PatchSecureCommunications,
    PatchSemServer,
    RejectedDownload,
    SecureCommunicationsScope,
    SerialReported,
    Switches,
    UnverifiedMismatch,
)
from simulation.drawn.chance import Chance

_SECOND, _MINUTE, _DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


class Faults(StrEnum):
    """What goes wrong in drawn scenarios."""

    NONE = "none"
    """SEPM behaves as is most likely, and people do what is asked."""
    UNKNOWN = "unknown"
    """SEPM behaves in any of the ways that no public source rules out."""
    ALL = "all"
    """The same, and people make mistakes, and site events happen unasked."""


def drawn_switches(chance: Chance, *, within: timedelta, stale: float) -> Switches:
    """An answer to each open question about SEPM.

    Args:
        chance: decides.
        within: how long publishing may take: what the site's registered limits allow for.
        stale: how often servers go on signing with their former key.
    """
    rate_limit = chance.one_of((None, None, 60, 30), "rate limit")
    return Switches(
        patch_sem_server=chance.one_of(tuple(PatchSemServer), "patch_sem_server"),
        secure_communications_scope=chance.one_of(tuple(SecureCommunicationsScope), "scope"),
        inheritors_follow=chance.one_of(tuple(InheritorsFollow), "inheritors"),
        swap_moves_serials=chance.happens(0.5, "swap moves serials"),
        serial_reported=chance.one_of(tuple(SerialReported), "serial reported"),
        rejected_download=chance.one_of(tuple(RejectedDownload), "rejected download"),
        tls_mismatch_when_unverified=chance.one_of(tuple(UnverifiedMismatch), "unverified mismatch"),
        mismatch_clears_last_server=chance.one_of(tuple(MismatchClearsLastServer), "clears last server"),
        rest_port_follows_certificate=chance.happens(0.5, "rest port"),
        token_life=chance.one_of((_DAY, 30 * _MINUTE, 5 * _SECOND, _MINUTE), "token life"),
        rate_limit=rate_limit,
        patch_secure_communications=chance.one_of(tuple(PatchSecureCommunications), "patch_secure_communications"),
        patch_client_log=chance.one_of(tuple(PatchClientLog), "patch_client_log"),
        maintenance_moves_serials=chance.happens(0.1, "maintenance moves serials"),
        downloads=chance.one_of(tuple(Downloads), "downloads"),
        hurries_after_update=chance.happens(0.2, "hurries"),
        defective_builds=chance.one_of(tuple(DefectiveBuilds), "defective builds"),
        purged_id_returns=chance.happens(0.5, "purged id"),
        restart_after_swap=chance.one_of((None, None, 20 * _MINUTE), "restart after swap"),
        stale_sig_files=chance.happens(stale, "stale signatures"),
        storm_every=chance.one_of((None, None, None, 50 * _MINUTE), "storm every"),
        shrinking_pages=rate_limit is None and chance.happens(0.05, "shrinking pages"),
        largest_page=5 if rate_limit is None and chance.happens(0.15, "largest page") else None,
        publish_delay=chance.between(timedelta(0), within / 2, "publish delay"),
    )


def with_switches(spec: SiteSpec, chance: Chance, *, within: timedelta, stale: float = 0.05) -> SiteSpec:
    """The site with drawn switches. Where a setting is the whole group's, its locations cannot differ in it."""
    switches, groups = drawn_switches(chance, within=within, stale=stale), spec.groups
    if switches.secure_communications_scope is SecureCommunicationsScope.GROUP:
        groups = tuple(
            group.model_copy(
                update={
                    "locations": tuple(
                        each.model_copy(update={"secure_communications": group.locations[0].secure_communications})
                        for each in group.locations
                    )
                }
            )
            for group in groups
        )
    return SiteSpec.model_validate({**dict(spec), "groups": groups, "switches": switches})
