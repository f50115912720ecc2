"""The closing check: the site as it was, the certificates as planned, and the clients that came back."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from temporalio import activity

from activities.failures import as_activity_failures
from activities.gate.reading_counts import NAMES
from activities.gate.silent_clients import with_builds
from activities.gate.statements import closes_by
from activities.look.accepting import shown
from engine.contract import ActivityName, ClosingAnswer, StepRequest
from rotation.console.statement import WantedProof
from rotation.drift.drift import PAIR_GONE
from rotation.drift.newborn import PAIR_BORN, newborn
from rotation.drift.same_location import with_known_ids
from rotation.finding import Finding, blocking, folded, some
from rotation.plan.scope import OwnerScope
from rotation.plan.step import Gate
from rotation.proof.acceptance import keeps_older
from rotation.proof.gate import minimum
from rotation.proof.verdict import Reason
from rotation.running.wait import GateReading
from rotation.survey import PairSettings, SiteSurvey
from rotation.values import GroupId, LocationId
from service.scope import StepScope, scope_of
from service.surveying import survey_site
from service.world import World
from store.rotation.originals import Original
from store.site.roster import RosterClient


class ClosingCheck:
    """The last look."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.CHECK_CLOSING)
    async def check_closing(self, request: StepRequest) -> ClosingAnswer:
        """Survey once more; every pair as recorded, no copy in use, every planned certificate presented.

        The answer names what was born since the rotation began: no look follows this one.
        """
        world, ref = self._world, request.ref
        scope = await scope_of(world, ref)
        with as_activity_failures():
            surveyed = await survey_site(world, ref.site_id)
        survey = await world.store.surveys.get(surveyed.survey_id)
        originals = await scope.originals()
        settled = await world.store.found.settled(ref.rotation_id)
        adopted, left = settled.known(PAIR_BORN), settled.known(PAIR_BORN, PAIR_GONE)
        findings = (
            *_settings(survey, originals, left),
            *_copies(scope, survey, left),
            *_certificates(scope, survey),
        )
        gone = [each for each in findings if each.code == PAIR_GONE]
        born = [each for each in newborn(scope.plan.body, survey) if not settled.holds(each)]
        roster = await world.store.roster.entries(ref.site_id, None)
        proven = await self._policies(scope)
        lacks = await closes_by(world, scope.site, request.exported_from)
        back = _back(scope, roster, survey, proven, lacks=lacks)
        reading = await with_builds(scope, survey, back, roster)
        return ClosingAnswer(
            findings=folded(each for each in findings if each.code != PAIR_GONE),
            gone=await shown(world, ref.rotation_id, gone),
            born=await shown(world, ref.rotation_id, born),
            adopted=some(sorted(adopted)),
            reading=reading,
        )

    async def _policies(self, scope: StepScope) -> dict[GroupId, list[datetime]]:
        """When the policies of owners were made that gates have waited for."""
        proven = defaultdict[GroupId, list[datetime]](list)
        for step in scope.plan.body.steps:
            if isinstance(step, Gate):
                kept = await self._world.store.references.of_gate(scope.ref.rotation_id, step.id)
                for owner, reference in kept.items():
                    proven[owner].extend([reference.fixed] if reference.fixed is not None else ())
        return proven


def _settings(survey: SiteSurvey, originals: Sequence[Original], left: Collection[str]) -> Iterable[Finding]:
    known = defaultdict[GroupId, dict[LocationId, str]](dict)
    for each in originals:
        known[each.pair.group_id][each.pair.location_id] = each.location_name
    groups = with_known_ids(survey.groups, known)
    now = {(g.id, location.id): location.settings for g in groups for location in g.locations}
    for original in originals:
        subject = f"{original.group_path} / {original.location_name}"
        current = now.get((original.pair.group_id, original.pair.location_id))
        if current is None and subject in left:
            continue
        if current is None:
            yield blocking(
                PAIR_GONE, subject, "is not there any more", "nothing can be put back: find out what happened"
            )
        elif difference := _difference(original.settings, current):
            yield blocking("setting-differs", subject, difference, "put it back in the console, then retry")


def _difference(before: PairSettings, now: PairSettings) -> str:
    if before.server_list != now.server_list:
        return f"uses list {now.server_list!r}, recorded was {before.server_list!r}"
    if before.secure_communications != now.secure_communications:
        state = "on" if now.secure_communications else "off"
        return f"secure communications are {state}, recorded was the opposite"
    return ""


def _copies(scope: StepScope, survey: SiteSurvey, adopted: Collection[str]) -> Iterable[Finding]:
    """The pairs that still use a copy, but for those born during the rotation that a person has left as they are.

    Groups that inherit have what their owner has.
    """
    names = {copy.copy_name for copy in scope.plan.body.copies}
    for group in survey.groups:
        if group.inherits:
            continue
        for location in group.locations:
            subject = f"{group.path} / {location.name}"
            if location.settings.server_list in names and subject not in adopted:
                yield blocking("copy-in-use", subject, "still uses the HTTP copy", "assign its own list, then retry")


def _certificates(scope: StepScope, survey: SiteSurvey) -> Iterable[Finding]:
    served = {each.server: each for each in survey.served}
    for chosen in scope.plan.body.certificates:
        seen = served.get(chosen.server)
        if seen is None or seen.fingerprint != chosen.fingerprint:
            what = "does not answer" if seen is None or seen.fingerprint is None else "presents another certificate"
            yield blocking("certificate-not-served", chosen.server, f"{what}", "bring it back, then retry")


def _back(
    scope: StepScope,
    roster: Sequence[RosterClient],
    survey: SiteSurvey,
    proven: Mapping[GroupId, Sequence[datetime]],
    *,
    lacks: str,
) -> GateReading:
    """The clients that checked in within three heartbeats and take their policy. The rotation waits for no other.

    `lacks`: why nothing shows it, at a site without REST.
    """
    owner_of: dict[str, OwnerScope] = {group: owner for owner in scope.plan.body.scopes for group in owner.groups}
    dates = {group.id: group.policy_date for group in survey.groups} if scope.site.at_console is None else {}
    published = scope.plan.body.publish_delay + survey.skew
    missing, refusing = [], []
    for client in roster:
        owner = owner_of.get(client.group_id)
        if lacks or owner is None or not _is_back(client, owner, survey.clients_as_of):
            missing.append(client.name)
        else:
            made = (dates.get(client.group_id), *proven.get(owner.group_id, ()))
            known = (date for date in made if date is not None)
            if keeps_older(client.observed, known, allowed=published + minimum([owner])):
                refusing.append(client.name)
    return GateReading(
        taken_at=survey.taken_at,
        total=len(roster),
        covered=len(roster) - len(missing) - len(refusing),
        safe=0,
        waiting=len(missing) + len(refusing),
        left_out=0,
        by_reason={Reason.REFUSING: len(refusing)} if refusing else {},
        waiting_names=tuple(sorted((*missing, *refusing))[:NAMES]),
        refusing_names=tuple(sorted(refusing)[:NAMES]),
        reached=not missing and not refusing,
        asks=WantedProof(clients=len(roster), text=lacks) if lacks else None,
    )


def _is_back(client: RosterClient, owner: OwnerScope, clock: datetime) -> bool:
    seen = client.observed.last_seen if client.observed else None
    return seen is not None and seen >= clock - minimum([owner])
