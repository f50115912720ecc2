"""What the plan of a site without REST rests on, and how much weaker that is (docs/admin/offline-sites.md)."""

from collections.abc import Iterable, Sequence

from rotation.access import OfflineDocument
from rotation.console.record import OfflineRecord
from rotation.finding import Finding, info, warning
from rotation.plan.plan import PlanBody
from rotation.plan.step import Console, Gate, Holdout, Write
from rotation.plan.work.task import evidence_for
from rotation.site import Site
from rotation.survey import ObservedClient, SiteSurvey
from rotation.text.some_names import some_of

_SHOWN = 5


def weaker(site: Site, survey: SiteSurvey, clients: Sequence[ObservedClient], body: PlanBody) -> Iterable[Finding]:
    """How much weaker the proof of this plan is than over REST; nothing for a site with REST."""
    access = site.at_console
    if access is None:
        return
    yield _settings(site, body)
    yield _drift(site)
    yield _gates(site, body)
    yield _claims(site, survey)
    yield _images(site, access, clients)
    yield from _serials(access)
    yield from _servers(site, clients)
    if all(not pair.needs_list for owner in body.scopes for pair in owner.pairs):
        yield info(
            "console-from-a6",
            site.name,
            "every server list uses HTTP already: list A begins at A6, and no list changes",
        )


def weaker_return(site: Site, survey: SiteSurvey) -> Iterable[Finding]:
    """How much weaker it is shown after a recovery that clients are back; nothing for a site with REST."""
    if site.at_console is None:
        return
    yield warning(
        "console-proof-return",
        site.name,
        "the service knows which clients check in again from exports uploaded after the recovery, or from what "
        "two named "
        f"persons state; it knows the clients before from the export of {survey.clients_as_of:%Y-%m-%d %H:%M} UTC",
        "upload exports with the column of servers; an export that shows a client at a server proves that server",
    )


def _settings(site: Site, body: PlanBody) -> Finding:
    words = [step for step in body.steps if isinstance(step, Write)]
    works = [step for step in body.steps if isinstance(step, Console) and evidence_for(step.work).value == "attested"]
    return warning(
        "console-proof-settings",
        site.name,
        "the service cannot read settings back; these rest on what operators report (changes of settings: "
        f"{len(words)}, other tasks: {len(works)})",
        "ask a second person to look at the groups' pages; export a Sylink.xml and state its SHA-256",
    )


def _drift(site: Site) -> Finding:
    return warning(
        "console-proof-drift",
        site.name,
        "the service sees no change that others make in the console; it looks at served certificates only",
        "let no other person change groups, lists or policies until the rotation has ended",
    )


def _gates(site: Site, body: PlanBody) -> Finding:
    gates = [step for step in body.steps if isinstance(step, Gate | Holdout)]
    over = sum(1 for gate in gates if isinstance(gate, Gate) and gate.over_canaries)
    return warning(
        "console-proof-gates",
        site.name,
        "gates rest on exports of clients that are uploaded after their minimum, or each on what two named persons "
        f"state of the console (gates: {len(gates)}, of these over canaries: {over})",
        "upload two or three exports for each gate, a heartbeat apart; a statement is the weakest proof",
    )


def _claims(site: Site, survey: SiteSurvey) -> Finding:
    return warning(
        "console-proof-claim",
        site.name,
        f"before a replacement the service knows clients from the newest export only, which may be a day old; now from "
        f"{survey.clients_as_of:%Y-%m-%d %H:%M} UTC",
        "upload a new export before you claim a replacement",
    )


def _images(site: Site, access: OfflineDocument, clients: Sequence[ObservedClient]) -> Finding:
    """Rule 4 rests on the document here: no check-in shows what an image brings back at each start."""
    count = sum(client.non_persistent for client in clients)
    none = "the document names no client that starts from a golden image"
    text = f"the document names {count} clients that start from golden images" if access.images else none
    return warning(
        "console-proof-images",
        site.name,
        f"{text}; an export does not show such clients, and one that is not named loses the site at its next start",
        "name such machines under images in the site's document; a task then refreshes their images",
    )


def _serials(access: OfflineDocument) -> Iterable[Finding]:
    """Without the group's own serial a client's cannot be compared."""
    silent = sorted(group.path for group in access.groups if group.serial is None)
    if silent:
        yield warning(
            "console-proof-serial",
            some_of(silent, _SHOWN),
            f"the document has no policy serial of {len(silent)} groups: a client counts as having the policy "
            "when it has checked in since, though nothing shows that it has it",
            "state policy_serial of each group as its page shows it, and export the clients' serials",
        )
    policies = OfflineRecord(access=access).policies()
    count = sum(policy.serial is not None for policy in policies.values())
    if count:
        yield warning(
            "console-proof-serial-copied",
            f"{count} groups",
            "an operator copies the groups' new policy serials from the console; without them, or if the export has "
            "no column of serials, only check-ins count",
            "report done with serials=... for each change",
        )


def _servers(site: Site, clients: Sequence[ObservedClient]) -> Iterable[Finding]:
    if len(site.servers) > 1 and all(client.last_server is None for client in clients):
        yield warning(
            "console-proof-servers",
            site.name,
            "the export does not show at which server a client was, so no client is shown to fail over",
            "export that column too, or state its name",
        )
