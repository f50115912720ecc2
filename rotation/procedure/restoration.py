"""The plan of a restore: from stored originals back to the recorded state, with no rotation running."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from pydantic import Field

from rotation import inheritance
from rotation.finding import Finding, blocking, info, warning
from rotation.plan.drill import Drill
from rotation.plan.forecast import forecast, least
from rotation.plan.outage import Away
from rotation.plan.plan import CertificateFor, ListCopy, Plan, PlanBody
from rotation.plan.procedure_choices import ProcedureChoices
from rotation.plan.refusals import PlanRefusedError
from rotation.plan.request import PlanRequest
from rotation.plan.scope import OwnerScope, PlannedPair, Treatment
from rotation.plan.work.hand_outs import Stopped
from rotation.plan.work.task import CopyList, ReorderList
from rotation.procedure.steps import restore_steps
from rotation.site import Site
from rotation.survey import Pair, PairSettings, SiteSurvey
from rotation.values import Fingerprint, GroupId, PlanId, ServerName, Value


class OriginalPair(Value):
    """What a pair was before the first change."""

    pair: Pair
    group_path: str
    location_name: str
    settings: PairSettings


class Interrupted(Value):
    """What is known of the rotation that ended without restoring."""

    plan: Plan
    originals: tuple[OriginalPair, ...]
    copies: tuple[ListCopy, ...]
    """HTTP copies that an operator reported as made."""
    reordered: tuple[ReorderList, ...] = ()
    """For each list that a drill may have left reordered, its own order."""
    away: Away = Away()
    """What a drill may have left shut or stopped."""
    hand_outs: Stopped = Stopped()
    """What hands out Sylink.xml, and was stopped and not started again."""
    swapped: tuple[ServerName, ...]
    """Servers that present their new certificate, or another one than the rotation has left there."""
    another: tuple[ServerName, ...] = ()
    """Those of them that present another one."""
    last_presented: dict[ServerName, Fingerprint] = Field(default_factory=dict)
    """What the servers that present nothing had presented last."""


def make_restore_plan(
    site: Site, survey_id: str, survey: SiteSurvey, interrupted: Interrupted, *, plan_id: PlanId, now: datetime
) -> Plan:
    """The plan that puts every pair back to its recorded state.

    Raises:
        PlanRefusedError: when a recorded group is gone, so that its state cannot be put back.
    """
    body = _body(site, survey, interrupted)
    return Plan(
        id=plan_id,
        hash=body.content_hash(),
        made_at=now,
        survey_id=survey_id,
        request=PlanRequest(certificates={}),
        body=body,
        findings=(
            info(
                "restore", site.name, f"{len(interrupted.originals)} (group, location) pairs go back to what they were"
            ),
            *(_another(server) for server in interrupted.another),
        ),
        times=forecast(body, start=now),
        least=least(body),
        lost_if_now=0,
        clients=interrupted.plan.clients,
        last_presented=interrupted.last_presented,
    )


def _another(server: ServerName) -> Finding:
    return warning(
        "restore-another-certificate",
        server,
        "presents another certificate than the ended rotation left there: clients that verify do not know it",
        f"put the right one into {server}, and plan the restore again; where this one is to stay, gates of the restore "
        "wait until clients know it",
    )


def _body(site: Site, survey: SiteSurvey, interrupted: Interrupted) -> PlanBody:
    scopes = _scopes(survey, interrupted.originals)
    choices = ProcedureChoices(
        scopes=scopes,
        waves=(),
        holdouts=(),
        limits=site.limits,
        copies=tuple(CopyList(source_list=c.source, copy_list=c.copy_name, servers=()) for c in interrupted.copies),
        replacements={},
        replication_partners=interrupted.plan.body.replication_partners,
        image_groups=interrupted.plan.body.image_groups if interrupted.swapped else (),
        keep_relaxed=False,
        canaries=_canaries(interrupted.plan.body, scopes) if interrupted.swapped else (),
        drill=Drill(undo=interrupted.reordered),
        https_ports=interrupted.away.ports,
        stops=interrupted.away.stopped,
        hand_outs=interrupted.hand_outs if interrupted.hand_outs.is_anything else None,
    )
    certificates: tuple[CertificateFor, ...] = interrupted.plan.body.certificates
    return PlanBody(
        site_id=site.id,
        purpose="restore",
        certificates=tuple(chosen for chosen in certificates if chosen.server in interrupted.swapped),
        waves=(interrupted.swapped,) if interrupted.swapped else (),
        scopes=scopes,
        canaries=choices.canaries,
        copies=interrupted.copies,
        replication_partners=interrupted.plan.body.replication_partners,
        publish_delay=site.limits.publish_delay,
        steps=restore_steps(choices, interrupted.swapped),
    )


def _canaries(body: PlanBody, scopes: Sequence[OwnerScope]) -> tuple[GroupId, ...]:
    """The canaries of the interrupted plan that are relaxed still; none where no group would follow."""
    relaxed = [owner.group_id for owner in scopes if owner.treatment is Treatment.RELAX]
    first = tuple(group_id for group_id in relaxed if group_id in body.canaries)
    return first if len(first) < len(relaxed) else ()


def _scopes(survey: SiteSurvey, originals: Sequence[OriginalPair]) -> tuple[OwnerScope, ...]:
    try:
        owner_of = inheritance.owners(survey.groups)
    except inheritance.OrphanGroupError as error:
        unread = blocking("group-parent-unread", "groups", str(error), "survey again, with an account that sees it")
        raise PlanRefusedError([unread]) from error
    by_group: dict[GroupId, list[OriginalPair]] = defaultdict(list)
    for original in originals:
        by_group[original.pair.group_id].append(original)
    gone = [pairs[0].group_path for group_id, pairs in sorted(by_group.items()) if group_id not in owner_of]
    if gone:
        raise PlanRefusedError(
            [
                blocking("group-gone", path, "its recorded settings cannot be put back", "check it by hand")
                for path in gone
            ]
        )
    return tuple(
        OwnerScope(
            group_id=group_id,
            path=pairs[0].group_path,
            treatment=Treatment.RELAX if _differs(survey, pairs) else Treatment.FAILOVER,
            inheritors=tuple(sorted(g for g, owner in owner_of.items() if owner == group_id and g != group_id)),
            slowest_heartbeat=max(original.settings.heartbeat for original in pairs),
            jitter=max(original.settings.jitter for original in pairs),
            pairs=tuple(_planned(original) for original in pairs),
        )
        for group_id, pairs in sorted(by_group.items())
    )


def _planned(original: OriginalPair) -> PlannedPair:
    return PlannedPair(
        location_id=original.pair.location_id,
        location_name=original.location_name,
        server_list=original.settings.server_list,
        secure_communications=original.settings.secure_communications,
        needs_list=True,
        needs_unverified=True,
    )


def _differs(survey: SiteSurvey, pairs: Sequence[OriginalPair]) -> bool:
    for original in pairs:
        group = survey.group(original.pair.group_id)
        now = {location.id: location.settings for location in group.locations} if group else {}
        current = now.get(original.pair.location_id)
        if current is None or current.server_list != original.settings.server_list:
            return True
        if current.secure_communications != original.settings.secure_communications:
            return True
    return False
