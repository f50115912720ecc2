"""The card that compares .SIG files with the keystore (TECH161487)."""

from collections.abc import Sequence

from rotation.plan.card.card import Act, Card, CopiedValue, act, server_row
from rotation.plan.card.installation import GROUP_FOLDERS, KEYSTORE_FILE
from rotation.plan.work.signed_together import compared_servers
from rotation.plan.work.task import CompareSignedFiles
from rotation.text.sentence import sentence
from rotation.values import ServerName

_OLDEST_OF_A_FOLDER = (
    "Get-ChildItem $_.FullName -Recurse -Filter *.SIG | Sort-Object LastWriteTimeUtc | Select-Object -First 1"
)
"""In PowerShell, of each group's folder: a deleted group's old file hides no file of another group."""
_AS_STATED = "| ForEach-Object { $_.FullName; $_.LastWriteTimeUtc.ToString('yyyy-MM-ddTHH:mm:ssZ') }"
"""In PowerShell: the time in the form that the report takes, whatever the language of the server."""
COMPARED = sentence("The service compares both times with each other, and with the time of the replacement")


def compare_card(work: CompareSignedFiles) -> Card:
    """What a replacement must have had each of these servers sign again."""
    return Card(
        acts=comparison(compared_servers(work)),
        checked=COMPARED,
        late=sentence("Until it is done, no other certificate is replaced and no client verifies again"),
    )


def comparison(servers: Sequence[ServerName]) -> tuple[Act, ...]:
    """How it is done at each of these servers; nothing where there is none."""
    if not servers:
        return ()
    return (
        act(
            sentence("On each of these servers, look when this file was last changed; drive and folder may be others"),
            (),
            *(server_row(server) for server in servers),
            (CopiedValue(label=sentence("File"), value=KEYSTORE_FILE),),
            command=f"Get-ChildItem '{KEYSTORE_FILE}' {_AS_STATED}",
        ),
        act(
            sentence("There, look for the oldest .SIG file of all group folders in this folder"),
            (),
            (CopiedValue(label=sentence("Folder"), value=GROUP_FOLDERS),),
            command=f"Get-ChildItem '{GROUP_FOLDERS}' -Directory | ForEach-Object {{ {_OLDEST_OF_A_FOLDER} }} "
            f"| Sort-Object LastWriteTimeUtc {_AS_STATED}",
        ),
        act(
            sentence(
                "Leave out folders whose group was deleted: no server publishes there again. A folder is named by the "
                "ID of its group; the page of this task has a list of all groups with their IDs"
            ),
            lists_groups=True,
        ),
        act(sentence("If that file is older than the keystore, have the server publish again, and look once more")),
        act(
            sentence(
                "No document of the vendor says how it is made to: restart the services of this server, and where the "
                "file stays old, ask the vendor's support about TECH161487"
            )
        ),
    )
