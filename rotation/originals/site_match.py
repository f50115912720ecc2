"""Whether the originals of a file belong to a site, and whether the site still has what they are about."""

from collections.abc import Iterable, Iterator

from rotation import inheritance
from rotation.finding import Finding, blocking
from rotation.originals.content import KeptOriginals, KeptPair
from rotation.site import Site
from rotation.survey import Pair, PairSettings, SiteSurvey
from rotation.values import ListName, Value

_NAMED = 20
_ACCEPT = (
    "look at it in the console; if it is as intended, restore with accept_differences "
    "(rotator restore --accept-differences)"
)


class Differences(Value):
    """What of a file is not at the site as a rotation leaves it."""

    gone: tuple[KeptPair, ...] = ()
    """Pairs that are not there any more."""
    changed: tuple[KeptPair, ...] = ()
    """Pairs that have neither what was recorded nor what a rotation makes of it."""
    lists: tuple[ListName, ...] = ()
    """Server lists that go back and that are unknown: not described, not in use, not shown by SEPM."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Each of them by name, up to a number that a person can read."""
        return (
            *_named(
                "pair-gone",
                "the group or location is gone, or the account does not see it",
                f"{_ACCEPT}, which leaves it out",
                (pair.name for pair in self.gone),
            ),
            *_named(
                "list-gone",
                "the list is neither described nor in use, and SEPM does not show it",
                "create the list in the console if it is gone; assign it to a group without clients, export the "
                "communication settings of that group, and describe the list with this file on the page of the site "
                "(PUT /v1/sites/ID/lists); or restore with accept_differences (rotator restore --accept-differences)",
                self.lists,
            ),
            *_named(
                "pair-changed",
                "the settings are neither those of the file nor those of a rotation: a person changed them",
                f"{_ACCEPT}, which puts the settings of the file back",
                (pair.name for pair in self.changed),
            ),
        )


def another_site(originals: KeptOriginals, site: Site) -> tuple[Finding, ...]:
    """Why the file is of another site than `site`; nothing where it is of this one."""
    named = f"{originals.site_name!r} (id {originals.site_id})"
    if originals.site_id != site.id:
        servers = ", ".join(server.name for server in originals.servers[:_NAMED])
        text = f"the file belongs to the site {named} with {servers}"
        remedy = (
            f"use the file of this site; or register the site of the file under the name {originals.site_id!r}, which "
            "gives it the id of the file, and rename it afterwards"
        )
        return (blocking("originals-of-another-site", site.name, text, remedy),)
    registered = {server.name for server in site.servers}
    return tuple(
        blocking(
            "originals-of-another-site",
            server.name,
            f"the file belongs to this server, at {server.address}, and the site {site.name!r} has none of that name",
            "use the file of this site; or register the site with the servers that SEPM has, by the names it reports",
        )
        for server in originals.servers
        if server.name not in registered
    )[:_NAMED]


def of_another_sepm(originals: KeptOriginals, site: Site, survey: SiteSurvey) -> tuple[Finding, ...]:
    """Why the surveyed SEPM is not that of the file, or cannot be recognised: none of the file's pairs is there."""
    try:
        inheritance.owners(survey.groups)
    except inheritance.OrphanGroupError as error:
        return (blocking("group-parent-unread", "groups", str(error), "survey again, with an account that sees it"),)
    now = _now(survey)
    if any(kept.pair in now for kept in originals.pairs):
        return ()
    text = f"the site has none of the {len(originals.pairs)} (group, location) pairs of the file, by their ids"
    remedy = "use the file of this site, and an account that sees all groups"
    return (blocking("originals-of-another-site", site.name, text, remedy),)


def other_certificates(originals: KeptOriginals, survey: SiteSurvey) -> tuple[Finding, ...]:
    """The servers of the file that present neither the certificate it knows as old nor the one it knows as new.

    Whether clients may verify again rests on which of the two is in: of a third one, or none, the file knows nothing.
    """
    served = {each.server: each.fingerprint for each in survey.served}
    known = {each.server: {each.fingerprint, each.replaces} for each in originals.certificates}
    return tuple(
        blocking(
            "certificate-unlike",
            server,
            "the server does not answer on its client port"
            if served.get(server) is None
            else f"the server presents SHA-256 {served[server]}, which is neither the old nor the new one of the file",
            "start the server if it is down; else use the file of the rotation that installed this certificate",
        )
        for server, fingerprints in known.items()
        if served.get(server) not in fingerprints
    )[:_NAMED]


def differences(originals: KeptOriginals, site: Site, survey: SiteSurvey) -> Differences:
    """What of the file is not at the site as a rotation leaves it."""
    now = _now(survey)
    described = {known.name for known in site.lists}
    known = described | {settings.server_list for settings in now.values()} | survey.lists_edited.keys()
    wanted = dict.fromkeys(kept.server_list for kept in originals.pairs if kept.pair in now)
    return Differences(
        gone=tuple(kept for kept in originals.pairs if kept.pair not in now),
        changed=tuple(
            kept for kept in originals.pairs if kept.pair in now and not _explained(originals, kept, now[kept.pair])
        ),
        lists=tuple(name for name in wanted if name not in known),
    )


def _explained(originals: KeptOriginals, kept: KeptPair, now: PairSettings) -> bool:
    """Whether the pair is as recorded, or as far relaxed as a rotation may have left it."""
    list_is = now.server_list in (kept.server_list, originals.copy_of(kept.server_list))
    return list_is and now.secure_communications in (kept.secure_communications, False)


def _now(survey: SiteSurvey) -> dict[Pair, PairSettings]:
    return {
        Pair(group_id=group.id, location_id=location.id): location.settings
        for group in survey.groups
        for location in group.locations
    }


def _named(code: str, text: str, remedy: str, names: Iterable[str]) -> Iterator[Finding]:
    every = list(names)
    for name in every[:_NAMED]:
        yield blocking(code, name, text, remedy)
    if len(every) > _NAMED:
        yield blocking(code, f"{len(every) - _NAMED} more", text, remedy)
