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
        yield info("console-from-a6", site.name, "every list is HTTP already: list A begins at A6, and no list changes")


def weaker_return(site: Site, survey: SiteSurvey) -> Iterable[Finding]:
    """How much weaker it is shown after a recovery that clients are back; nothing for a site with REST."""
    if site.at_console is None:
        return
    yield warning(
        "console-proof-return",
        site.name,
        "who is heard again is known from exports of clients that are uploaded after it, or from what two named "
        f"persons state; who was there before, from the export of {survey.clients_as_of:%Y-%m-%d %H:%M} UTC",
        "upload exports with the column of servers: one that shows a client at a server shows that server",
    )


def _settings(site: Site, body: PlanBody) -> Finding:
    words = [step for step in body.steps if isinstance(step, Write)]
    works = [step for step in body.steps if isinstance(step, Console) and evidence_for(step.work).value == "attested"]
    return warning(
        "console-proof-settings",
        site.name,
        f"settings cannot be read back: {len(words)} changes of settings and {len(works)} other tasks rest on the word "
        "of whoever makes them",
        "have a second person look at the groups' pages; export a Sylink.xml and give its SHA-256",
    )


def _drift(site: Site) -> Finding:
    return warning(
        "console-proof-drift",
        site.name,
        "nothing shows what others change at the console: only served certificates are looked at",
        "have nobody else change groups, lists or policies until the rotation has ended",
    )


def _gates(site: Site, body: PlanBody) -> Finding:
    gates = [step for step in body.steps if isinstance(step, Gate | Holdout)]
    over = sum(1 for gate in gates if isinstance(gate, Gate) and gate.over_canaries)
    return warning(
        "console-proof-gates",
        site.name,
        f"{len(gates)} gates ({over} over canaries) rest on exports of clients that are uploaded after their minimum, "
        "or each on what two named persons state of the console",
        "upload exports, two or three for each gate, a heartbeat apart; a statement is the weakest proof",
    )


def _claims(site: Site, survey: SiteSurvey) -> Finding:
    return warning(
        "console-proof-claim",
        site.name,
        f"before a swap clients are known as of the newest export only, which may be a day old; now as of "
        f"{survey.clients_as_of:%Y-%m-%d %H:%M} UTC",
        "upload a new one before you claim a replacement",
    )


def _images(site: Site, access: OfflineDocument, clients: Sequence[ObservedClient]) -> Finding:
    """Rule 4 rests on the document here: no check-in shows what an image brings back at each start."""
    known = sum(client.non_persistent for client in clients)
    text = f"{known} clients are said to start from golden images" if access.images else "no client is said to"
    return warning(
        "console-proof-images",
        site.name,
        f"{text}; an export does not tell who does, and one that is not named loses the site at its next start",
        "name such machines under images in the site's document; their images are refreshed then",
    )


def _serials(access: OfflineDocument) -> Iterable[Finding]:
    """Without the group's own serial a client's cannot be compared."""
    silent = sorted(group.path for group in access.groups if group.serial is None)
    if silent:
        yield warning(
            "console-proof-serial",
            _some(silent),
            f"the document gives no policy serial of {len(silent)} groups: a client counts as having taken a policy "
            "when it has checked in since, though nothing shows that it did",
            "give policy_serial of each group as its page shows it, and export the clients' serials",
        )
    policies = OfflineRecord(access=access).policies()
    known = sum(policy.serial is not None for policy in policies.values())
    if known:
        yield warning(
            "console-proof-serial-copied",
            f"{known} groups",
            "what clients' serials must reach is copied from the console by hand; where it is not, or the export has "
            "no column of serials, check-ins count only",
            "say done with serials=... for each change",
        )


def _servers(site: Site, clients: Sequence[ObservedClient]) -> Iterable[Finding]:
    if len(site.servers) > 1 and all(client.last_server is None for client in clients):
        yield warning(
            "console-proof-servers",
            site.name,
            "the export does not tell at which server a client was: no client is shown to fail over",
            "export that column too, or name it",
        )


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"
