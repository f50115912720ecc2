"""What a demo plays: it starts everything, plans and rotates two sites side by side, and reports the end."""

import contextlib
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from cli.demo.naive import lost_as_expected, replace_everything, report_losses, tell_losses
from cli.demo.plan import tell_floor, tell_plan
from cli.demo.report import report, succeeded, tell_report, tell_summary
from cli.demo.scenes import SCENES
from cli.demo.screen import Screen
from cli.demo.site import DemoSite
from cli.demo.stage import DemoProcesses
from cli.demo.track import Track
from cli.language.wording import _, counted, decimal
from cli.terminal.client import Api
from emulator.spec import SiteSpec

_EVERY = timedelta(seconds=1)
_TOO_LONG = 3
"""After so many times the floor nothing moves by itself any more."""


def play(stage: DemoProcesses, screen: Screen, seed: int, *, naive: bool) -> tuple[dict[str, Any], bool]:
    """Play the demo. Returns its report, and whether it went as it should.

    Raises:
        StageError: when a part of it does not run.
        ApiRefusedError, UnreadableError: when the product refuses, or is not there.
    """
    screen.say(
        _("Two emulated SEPM sites get new certificates. Nothing outside of this machine is touched."), style="bold"
    )
    here, rotator, sites = _begin(stage, screen, seed)
    addresses: dict[str, Any] = {
        "temporal_ui": here["ui"],
        "api": here["api"],
        "api_key_file": here["api_key_file"],
        "folder": here["folder"],
        "seed": seed,
    }
    with contextlib.ExitStack() as closing:
        closing.callback(rotator.close)
        for site in sites:
            closing.callback(site.close)
        plans = [_planned(screen, site) for site in sites]
        ended = _without_product if naive else _with_product
        results = ended(stage, screen, rotator, sites, plans)
    expected = _as_feared(results) if naive else all(succeeded(each) for each in results.values())
    _tell_end(screen, naive=naive, expected=expected)
    return {"sites": results, "as_expected": expected, **addresses}, expected


def stay(stage: DemoProcesses, screen: Screen, result: dict[str, Any]) -> None:
    """Leave everything running until a signal."""
    screen.heading(_("Everything goes on running"))
    screen.say(f"Temporal UI   {result['temporal_ui']}")
    screen.say(f"API           {result['api']}  ({_('its documentation')}: {result['api']}/docs)")
    screen.say(f"{_('API key'):14}{result['api_key_file']}")
    screen.say(f"{_('Commands'):14}rotator status --folder {result['folder']}")
    screen.say(
        _("Ctrl-C stops it all. %(folder)s stays; remove it when you have seen enough.", folder=stage.folder),
        style="bold",
    )
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            stage.check()
            time.sleep(_EVERY.total_seconds())


def _begin(stage: DemoProcesses, screen: Screen, seed: int) -> tuple[dict[str, Any], Api, list[DemoSite]]:
    """Start the service and the sites."""
    began = time.monotonic()
    folder = stage.folder / "var"
    ports = ("--port", "0", "--temporal-port", "0", "--ui-port", "0")
    command = ("cli.main", "up", "--folder", str(folder), *ports, "--json")
    here = stage.environment(stage.start("rotator-up", command, ROTATOR_REHEARSAL="true"))
    key = Path(here["api_key_file"]).read_text("utf-8").strip()
    rotator = Api(here["api"], key)
    specs = [scene.build(seed) for scene in SCENES]
    emulators = [
        stage.start(
            f"emulator-{scene.name}",
            ("emulator", "--spec", str(_written(stage, scene.name, spec)), "--json", "--robot-api", here["api"]),
            EMULATOR_ROBOT_KEY=_robot_key(rotator, scene.name),
        )
        for scene, spec in zip(SCENES, specs, strict=True)
    ]
    sites = [
        DemoSite(scene, spec, stage.environment(emulator), rotator)
        for scene, spec, emulator in zip(SCENES, specs, emulators, strict=True)
    ]
    screen.heading(_("Started in %(seconds)s s", seconds=decimal(time.monotonic() - began)))
    screen.say(f"Rotator        {here['api']} ({_pids(here)})")
    screen.say(f"Temporal UI    {here['ui']}/namespaces/{here['namespace']}/workflows")
    screen.say(f"{_('API key'):15}{here['api_key_file']}")
    for site in sites:
        clients, servers = site.verdict()["clients_total"], len(site.described["servers"])
        called = ", ".join(
            (
                counted("%(count)s server", "%(count)s servers", servers),
                counted("%(count)s client that calls every 3 s", "%(count)s clients that call every 3 s", clients),
            )
        )
        screen.say(f"{site.name:15}{site.described['rest']['url']}, {called}")
    screen.say(f"{_('Folder'):15}{stage.folder}")
    return here, rotator, sites


def _robot_key(rotator: Api, site: str) -> str:
    """The key of a site's robot: it may do tasks, and nothing else."""
    grant = {"roles": ["robot"]}
    return str(rotator.post("/v1/keys", {"name": f"robot of {site}", "grant": grant})["text"])


def _written(stage: DemoProcesses, name: str, spec: SiteSpec) -> Path:
    path = stage.folder / f"{name}.json"
    path.write_text(spec.model_dump_json(indent=2), encoding="utf-8")
    return path


def _planned(screen: Screen, site: DemoSite) -> dict[str, Any]:
    site.register()
    plan = site.plan()
    tell_plan(screen, site, plan)
    return plan


def _with_product(
    stage: DemoProcesses, screen: Screen, rotator: Api, sites: list[DemoSite], plans: list[dict[str, Any]]
) -> dict[str, Any]:
    screen.heading(_("Floor: no rotation under these plans can be faster"))
    floors = [site.floor(plan) for site, plan in zip(sites, plans, strict=True)]
    for site, floor in zip(sites, floors, strict=True):
        tell_floor(screen, site, floor)
    screen.heading(_("Rotating both sites, side by side"))
    tracks = [
        Track(site, floor, site.start(plan), rotator) for site, floor, plan in zip(sites, floors, plans, strict=True)
    ]
    _follow(stage, screen, tracks)
    results = {}
    for track in tracks:
        results[track.site.scene.name] = made = report(track)
        tell_report(screen, track, made)
    tell_summary(screen, results)
    return results


def _follow(stage: DemoProcesses, screen: Screen, tracks: list[Track]) -> None:
    deadline = time.monotonic() + _TOO_LONG * max(track.floor.total.total_seconds() for track in tracks)
    with screen.following():
        while any(track.running for track in tracks) and time.monotonic() < deadline:
            stage.check()
            for track in tracks:
                if track.running:
                    for event in track.look(closely=screen.is_live):
                        screen.event(track, event)
                if screen.is_live:
                    track.judge()
            screen.standing(tracks)
            time.sleep(_EVERY.total_seconds())


def _without_product(
    stage: DemoProcesses, screen: Screen, _rotator: Api, sites: list[DemoSite], plans: list[dict[str, Any]]
) -> dict[str, Any]:
    screen.heading(_("Without the product: every certificate replaced at once"))
    replace_everything(screen, sites, stage.check)
    screen.heading(_("Report, by the emulator's own verdict"))
    results = {}
    for site, plan in zip(sites, plans, strict=True):
        results[site.scene.name] = made = report_losses(site, plan)
        tell_losses(screen, site, made)
    return results


def _as_feared(results: dict[str, Any]) -> bool:
    """Whether the losses were shown: where there is one server, they are sure to come."""
    return lost_as_expected(results[SCENES[0].name])


def _tell_end(screen: Screen, *, naive: bool, expected: bool) -> None:
    screen.say()
    match naive, expected:
        case False, True:
            screen.say(_("Both rotations completed, and no client was lost."), style="bold green")
        case False, False:
            screen.say(_("This demo did not go as it should; the reports above say where."), style="bold red")
        case True, True:
            screen.say(
                _("So this is what the product is for: `rotator demo` does the same without a loss."), style="bold"
            )
        case _:
            screen.say(_("Hardly a client was lost; this demo was to show losses."), style="bold red")


def _pids(here: dict[str, Any]) -> str:
    return ", ".join(f"{name} {pid}" for name, pid in here["pids"].items())
