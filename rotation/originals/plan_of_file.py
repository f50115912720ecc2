"""What is known of a rotation by the file of its originals alone: a plan that a restore can rest on."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from rotation.finding import info
from rotation.originals.content import KeptOriginals, KeptPair
from rotation.originals.file import sha256_of
from rotation.plan.forecast import forecast, least
from rotation.plan.plan import CertificateFor, ListCopy, Plan, PlanBody
from rotation.plan.request import PlanRequest
from rotation.plan.scope import OwnerScope, PlannedPair, Treatment
from rotation.plan.step import Console
from rotation.plan.work.task import ReorderList
from rotation.site import Site
from rotation.survey import SiteSurvey
from rotation.values import CertificateId, GroupId, ListName, PlanId

FROM_FILE = "originals-from-file"
_NOT_KEPT = CertificateId("not-kept")
"""A restore tells certificates by their fingerprints, and puts none in."""


def plan_known(originals: KeptOriginals, site: Site, survey_id: str, *, plan_id: PlanId, now: datetime) -> Plan:
    """The plan of the rotation as far as the file tells it. It names what may have to be put back, and runs nothing."""
    by_group: dict[GroupId, list[KeptPair]] = defaultdict(list)
    for kept in originals.pairs:
        by_group[kept.group_id].append(kept)
    body = PlanBody(
        site_id=site.id,
        certificates=tuple(
            CertificateFor(
                server=chosen.server,
                certificate_id=_NOT_KEPT,
                fingerprint=chosen.fingerprint,
                replaces=chosen.replaces,
            )
            for chosen in originals.certificates
        ),
        waves=(),
        scopes=tuple(_owner(originals, pairs) for _, pairs in sorted(by_group.items())),
        canaries=originals.canaries,
        copies=tuple(ListCopy(source=copy.source, copy_name=copy.copy_name) for copy in originals.copies),
        replication_partners=originals.replication_partners,
        publish_delay=site.limits.publish_delay,
        steps=tuple(
            Console(
                id=f"{place:02d}-B1-undo",
                number="B1-undo",
                title=f"Put the list {each.list!r} back in its order",
                work=ReorderList(list=each.list, order=each.order, restores=True),
            )
            for place, each in enumerate(originals.orders, start=1)
        ),
    )
    text = (
        f"the file of original settings has all that the service knows of rotation {originals.rotation_id}, "
        "recorded at "
        f"{originals.recorded_at:%Y-%m-%d %H:%M} UTC, SHA-256 {sha256_of(originals)}"
    )
    return Plan(
        id=plan_id,
        hash=body.content_hash(),
        made_at=now,
        survey_id=survey_id,
        request=PlanRequest(certificates={}),
        body=body,
        findings=(info(FROM_FILE, site.name, text),),
        times=forecast(body, start=now),
        least=least(body),
        lost_if_now=0,
        clients=originals.clients,
    )


def is_from_file(plan: Plan) -> bool:
    """Whether the plan is known by a file only, so that no task says what was made by it."""
    return any(finding.code == FROM_FILE for finding in plan.findings)


def copies_that_may_be(plan: Plan, survey: SiteSurvey) -> tuple[ListCopy, ...]:
    """The copies of a plan known by a file only, but for those that SEPM, which shows its lists, does not show."""
    in_use = {location.settings.server_list for group in survey.groups for location in group.locations}
    shown: set[ListName] = in_use | survey.lists_edited.keys()
    return tuple(copy for copy in plan.body.copies if not survey.lists_edited or copy.copy_name in shown)


def _owner(originals: KeptOriginals, pairs: Sequence[KeptPair]) -> OwnerScope:
    return OwnerScope(
        group_id=pairs[0].group_id,
        path=pairs[0].group_path,
        treatment=Treatment.RELAX,
        slowest_heartbeat=max(kept.heartbeat for kept in pairs),
        jitter=max(kept.jitter for kept in pairs),
        pairs=tuple(
            PlannedPair(
                location_id=kept.location_id,
                location_name=kept.location_name,
                server_list=kept.server_list,
                secure_communications=kept.secure_communications,
                needs_list=originals.copy_of(kept.server_list) is not None,
                needs_unverified=kept.secure_communications,
            )
            for kept in pairs
        ),
    )
