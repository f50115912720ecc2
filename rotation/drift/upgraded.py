"""SEPM is of another version, or a plain HTTP port is silent: an upgrade resets custom ports (rule 27)."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from rotation.drift.drift import Drift
from rotation.drift.presented import Serves, serves
from rotation.finding import blocking
from rotation.plan.outage import away_at
from rotation.plan.plan import PlanBody
from rotation.plan.scope import Treatment
from rotation.plan.step import Console, ScopeName, SettingField, Step, Write
from rotation.plan.work.task import ReplaceCertificate
from rotation.site import Server, Site
from rotation.survey import SiteSurvey
from rotation.values import ServerName

VERSION_CHANGED, HTTP_SILENT = "version-changed", "http-port-silent"


def upgraded(
    site: Site,
    body: PlanBody,
    planned: SiteSurvey,
    survey: SiteSurvey,
    *,
    at: str,
    swapped: Collection[ServerName] = (),
    confirmed_versions: Collection[str] = (),
) -> tuple[Drift, ...]:
    """What an upgrade of SEPM has changed, or may have changed, since the plan was made.

    REST shows one version, and not whether it is that of every server or of the one that answers. So a version that
    the plan was made on, or that a person has confirmed, stays known; and ports are looked at whatever the version is.
    A replaced server that answers nowhere may be down for good: it is named, and no confirmation waits for it. One that
    answers over HTTP only has come back with another HTTPS port: what was confirmed is asked again.

    Args:
        site: with the ports as they were registered.
        body: the plan that runs.
        planned: the survey that the plan rests on.
        survey: the site as it is.
        at: the id of the step that runs.
        swapped: the servers whose certificate was replaced.
        confirmed_versions: the versions for which a person has confirmed that ports and certificates are right.
    """
    ahead = body.steps[body.steps.index(body.step(at)) :]
    silent = {server: why for server, why in _http_silent(site, planned, survey).items() if uses_http(body)}
    on_http = _has_http_lists(body)
    relaxing = not on_http and is_relaxing(ahead)
    found = list(_closed(silent, relaxed=not relaxing)) if on_http or relaxing or _are_relaxed(body, at) else []
    if _is_another(planned, survey) and any(_rests_on_it(step) for step in ahead):
        away = away_at(body.steps, at).servers
        mute = _mute(planned, survey, [each for each in swapped if each not in away])
        down = _down(planned, survey, mute)
        if survey.version not in confirmed_versions or mute - down:
            unlike = {**_unlike(site, body, planned, survey, mute - down), **silent}
            found.append(_changed(site, survey.version, planned.version, unlike, sorted(down)))
    return tuple(found)


def uses_http(body: PlanBody) -> bool:
    """Whether relaxed clients come to HTTP ports: their lists were copied, or speak HTTP already."""
    return bool(body.copies) or _has_http_lists(body)


def _has_http_lists(body: PlanBody) -> bool:
    relaxed = [owner for owner in body.scopes if owner.treatment is Treatment.RELAX]
    return any(not pair.needs_list for owner in relaxed for pair in owner.pairs)


def confirmed(found: Collection[Drift], confirmed_versions: Collection[str]) -> tuple[str, ...]:
    """The versions whose ports and certificates a person has confirmed, and whose ports show nothing else."""
    return tuple(
        each.version for each in found if each.version and each.version in confirmed_versions and not each.unlike
    )


def _changed(
    site: Site, now: str, planned: str, unlike: Mapping[ServerName, str], down: Collection[ServerName]
) -> Drift:
    seen = "".join(f"; {server}: {what}" for server, what in sorted(unlike.items()))
    seen += "".join(f"; {server}: answers on no port" for server in down)
    text = f"SEPM has version {now}; it had {planned} when the plan was made, and an upgrade resets ports{seen}"
    ports = ", ".join(f"{each.name}={each.https_port}/{each.http_port}" for each in site.servers)
    remedy = (
        f"compare the HTTPS and HTTP ports of every server ({ports}) and its certificate, correct what differs, "
        "then retry, which confirms that they are right"
    )
    if down:
        remedy = (
            f"compare the HTTPS and HTTP ports of every server that answers ({ports}) and its certificate, correct "
            "what differs, then retry, which confirms that they are right; do the same at "
            f"{', '.join(down)} before its services start again"
        )
    finding = blocking(VERSION_CHANGED, site.name, text, remedy)
    return Drift(finding=finding, version=now, unlike=tuple(sorted(unlike)))


def _is_another(planned: SiteSurvey, survey: SiteSurvey) -> bool:
    """Whether both versions are known, and are not the same."""
    return "" not in (planned.version, survey.version) and survey.version != planned.version


def _unlike(
    site: Site, body: PlanBody, planned: SiteSurvey, survey: SiteSurvey, mute: Collection[ServerName]
) -> dict[ServerName, str]:
    """The servers whose client port presented a certificate, and presents none now, or none that is known.

    One that is down before its turn is named by rule 20, which has a way out; one that the plan has given up may be,
    and so may one that a drill has stopped, or whose port it has shut.
    """
    before = planned.presented
    ports = {each.name: each.client_port for each in site.servers}
    now = {seen.server: serves(body, seen, before=before.get(seen.server)) for seen in survey.served}
    return {
        server: f"presents no known certificate at {ports.get(server, 'its client port')}"
        for server, shown in now.items()
        if server in mute or (server in before and shown is Serves.UNKNOWN)
    }


def _mute(planned: SiteSurvey, survey: SiteSurvey, swapped: Collection[ServerName]) -> frozenset[ServerName]:
    """The servers with their new certificate that presented one before, and present none now."""
    return frozenset(swapped) & planned.presented.keys() - survey.presented.keys()


def _down(planned: SiteSurvey, survey: SiteSurvey, mute: Collection[ServerName]) -> frozenset[ServerName]:
    """Which of them answer on no port at all."""
    heard = {seen.server for seen in survey.served if seen.answers}
    return frozenset(mute) & (survey.http_silent | planned.http_silent) - heard


def _http_silent(site: Site, planned: SiteSurvey, survey: SiteSurvey) -> dict[ServerName, str]:
    """The servers that answer on their client port, and not on the HTTP port on which they answered."""
    silent = (survey.http_silent - planned.http_silent) & survey.presented.keys()
    return {each.name: _shut(each) for each in site.servers if each.name in silent}


def shut(server: Server) -> str:
    """That a server does not answer on its HTTP port any more, in words."""
    return f"{server.name} {_shut(server)}"


def _shut(server: Server) -> str:
    return f"does not answer on its HTTP port {server.http_port}"


def _closed(silent: Mapping[ServerName, str], *, relaxed: bool) -> Iterator[Drift]:
    """Relaxed clients, and those that are about to be, come to a closed port."""
    for server, what in sorted(silent.items()):
        if relaxed:
            text = f"{server} {what}; relaxed clients cannot reach it until it listens there again"
        else:
            text = f"{server} {what}; relaxed clients could not reach it"
        yield Drift(finding=blocking(HTTP_SILENT, server, text, f"make {server} listen there again"))


def is_relaxing(ahead: Iterable[Step]) -> bool:
    """Whether one of these steps assigns HTTP lists."""
    return any(isinstance(each, Write) and _is_of_lists(each) and not each.restores for each in ahead)


def _are_relaxed(body: PlanBody, at: str) -> bool:
    """Whether clients have the HTTP list at a step: it was assigned, and not every group has its own list again."""
    done = body.steps[: body.steps.index(body.step(at)) + 1]
    lists = [step for step in done if isinstance(step, Write) and _is_of_lists(step)]
    return bool(lists) and not (lists[-1].restores and lists[-1].scope is not ScopeName.CANARIES and lists[-1].id != at)


def _is_of_lists(step: Write) -> bool:
    return step.field is SettingField.SERVER_LIST


def _rests_on_it(step: Step) -> bool:
    """Whether clients must find a server, and know it, after this step."""
    replaces = isinstance(step, Console) and isinstance(step.work, ReplaceCertificate)
    return replaces or (isinstance(step, Write) and _is_of_lists(step))
