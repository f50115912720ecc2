"""A site left relaxed by a rotation that is not known any more: what it has now is not what it must get back."""

from collections.abc import Collection, Iterable

from rotation.finding import Finding, blocking
from rotation.plan.plan import copied_from
from rotation.site import Site
from rotation.survey import SiteSurvey
from rotation.text.some_names import some_of
from rotation.values import ListName

_NAMED = 10


def left_relaxed(site: Site, survey: SiteSurvey, copies: Collection[ListName]) -> Iterable[Finding]:
    """One finding for all groups that use one of `copies`, which no rotation that is known has in use.

    The name of the list decides. Secure communications go off after it was assigned, and on again before it is taken
    away, so that a rotation which ended in between left them on. Off with another list was an administrator's choice.
    """
    groups = [
        group
        for group in survey.groups
        if not group.inherits and any(location.settings.server_list in copies for location in group.locations)
    ]
    if not groups:
        return
    off = sum(1 for group in groups if any(not location.settings.secure_communications for location in group.locations))
    paths = [group.path for group in groups]
    shown = some_of(paths, _NAMED)
    sources = sorted({repr(str(copied_from(name))) for name in copies})
    yield blocking(
        "left-relaxed",
        site.name,
        f"{shown} use an HTTP copy that a rotation made (groups: {len(paths)}, with secure communications off: {off}), "
        "and no known rotation is running: a plan would take this for the original state",
        f"restore the service from its backup, and the site by POST /v1/sites/{site.id}/restore; without a backup, "
        f"rotator restore {site.id} --originals FILE --why REASON, with the file that the rotation's first task had "
        "saved off the box; without that file, "
        f"assign the original lists (by their names {', '.join(sources)}) and switch secure communications on at the "
        "console; then survey again",
    )
