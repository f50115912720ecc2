"""Cards about clients: what hands out Sylink.xml, images that they are made from, and what one of each build holds."""

from rotation.plan.card import console_labels as labels
from rotation.plan.card.card import Act, Card, CopiedValue, Row, act
from rotation.plan.card.signed_files_card import COMPARED, comparison
from rotation.plan.work.client_look import BuildToLookAt, LookAtClients
from rotation.plan.work.hand_outs import NOTHING, HandOutKind
from rotation.plan.work.task import RefreshImages, StartHandOuts, StopHandOuts
from rotation.text.sentence import sentence

_WINDOWS = r"%ALLUSERSPROFILE%\Symantec\Symantec Endpoint Protection\CurrentVersion\Data\Config"
_MAC = "/Library/Application Support/Symantec/SMC"
_WAITS = sentence("While it is not done the rotation waits; no client is cut off by that")


def stop_card(_work: StopHandOuts) -> Card:
    """Rule 26."""
    return Card(
        before=(sentence("Let no upgrade of clients begin until the rotation has ended"),),
        acts=stopping(),
        checked=sentence("Nothing shows it to the service: what you state is the only proof"),
        late=_WAITS,
    )


def stopping() -> tuple[Act, ...]:
    """How what hands out Sylink.xml is found, stopped and stated."""
    kinds = ", ".join(kind.value for kind in HandOutKind)
    return (
        act(
            sentence(
                "Ask which other ways give clients a Sylink.xml: group policy, SCCM, Intune, images that computers "
                "are installed from, install packages, client install packages that are assigned to groups "
                "(auto-upgrade), scripts, other tools"
            )
        ),
        act(sentence("Stop each of them until a task of this rotation has it started again")),
        act(sentence("Where computers must be installed meanwhile, export their package on the same day")),
        act(
            sentence(
                "State what you have stopped, each as its kind, a colon and its name, with semicolons between; or this"
            ),
            (),
            (CopiedValue(label=sentence("Where there is nothing"), value=NOTHING),),
            (CopiedValue(label=sentence("Kinds"), value=kinds),),
            (CopiedValue(label=sentence("For example"), value="gpo: SEP at start-up; package: SEP 14.3"),),
        ),
    )


def start_card(work: StartHandOuts) -> Card:
    """The end of rule 26."""
    rows = tuple((CopiedValue(label=sentence("Stopped"), value=each.text),) for each in work.stopped)
    rest = sentence(
        "Start again what else was stopped: an operator held the task to stop it, and has not stated what was. Where "
        "nothing was stopped, state none"
    )
    return Card(
        before=(sentence("Start nothing with a file or a package of before: it would cut clients off"),),
        acts=(
            act(
                sentence(
                    "Right-click each group and export its Sylink.xml as it is now; where a package hands it out, "
                    "export that of the group instead"
                ),
                labels.EXPORT_SETTINGS,
            ),
            act(sentence("In each of these, replace the file by it, and start it again"), (), *rows),
            *((act(rest),) if work.unstated else ()),
            act(sentence("State each of them by its name, as it was stopped")),
        ),
        checked=sentence("Nothing shows it to the service: what you state is the only proof"),
        late=sentence("Until it is done, new computers get no client by these ways"),
    )


def images_card(work: RefreshImages) -> Card:
    """Clients that are made from images start with what those hold."""
    return Card(
        acts=(
            act(
                sentence("Refresh the golden images and install packages of each of these groups"),
                (),
                *((CopiedValue(label=sentence("Group"), value=group),) for group in work.groups),
            ),
            act(sentence("Do not use an older image or package of these groups again, even after the rotation")),
            act(sentence("State each group by its name, with what you have refreshed for it")),
        ),
        checked=sentence("Nothing shows it to the service: what you state is the only proof"),
        late=sentence("Until it is done, the rotation waits: desktops would start from images of before"),
    )


def look_card(work: LookAtClients) -> Card:
    """Rule 10, and comparisons of .SIG files that were left to this task (rule 24c)."""
    compared = comparison(work.compares)
    if not work.builds:
        return Card(acts=compared, checked=COMPARED, late=_WAITS)
    return Card(
        before=(sentence("Take each client's own file as it is now, and export none in SEPM"),),
        acts=(
            *compared,
            act(
                sentence("Take the SyLink.xml of one client of each of these builds, best of the one that is named"),
                (),
                *(row for build in work.builds for row in _build_rows(build)),
            ),
            act(
                sentence("It lies in one of these folders of the client"),
                (),
                (CopiedValue(label=sentence("Windows"), value=_WINDOWS),),
                (CopiedValue(label=sentence("macOS"), value=_MAC),),
            ),
            act(
                sentence(
                    "There, look how many minutes ago the client last wrote that file; stated, it shortens the wait "
                    "behind this task"
                ),
                command="[int]([DateTime]::UtcNow - (Get-Item SyLink.xml).LastWriteTimeUtc).TotalMinutes",
            ),
        ),
        after=(COMPARED,) if compared else (),
        checked=sentence("The service reads protocol, servers and certificates in each file, and says what is wrong"),
        late=_WAITS,
    )


def _build_rows(build: BuildToLookAt) -> tuple[Row, ...]:
    named = (
        CopiedValue(label=sentence("Build"), value=build.label),
        CopiedValue(label=sentence("Number of clients"), value=str(build.clients)),
        CopiedValue(label=sentence("Client"), value=build.name),
        CopiedValue(label=sentence("Group"), value=build.path),
    )
    by_path: dict[str, list[str]] = {}
    for each in build.others:
        by_path.setdefault(each.path, []).append(each.name)
    others = tuple(
        (
            CopiedValue(label=sentence("When it is off, one of"), value=", ".join(names)),
            CopiedValue(label=sentence("Group"), value=path),
        )
        for path, names in by_path.items()
    )
    return (named, *others)
