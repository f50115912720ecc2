"""Cards of server lists: copy one, assign one, put its servers into another order, delete it (A1 to A5, A10d, B1)."""

from collections.abc import Iterable

from rotation.plan.card import console_labels as labels
from rotation.plan.card.card import Card, CopiedValue, Row, act, list_row
from rotation.plan.work.task import AssignList, CopyList, DeleteList, ReorderList, TaskPair
from rotation.site import Protocol
from rotation.text.sentence import sentence

_OPEN = sentence("Open the server lists")
_SELECT = sentence("Select this list")
_WAITS = sentence("While it is not done the rotation waits; no client is cut off by that")


def copy_card(work: CopyList) -> Card:
    """A1 to A4."""
    http = work.protocol is Protocol.HTTP
    return Card(
        before=(
            sentence("Leave the list that is copied as it is: it is the way back"),
            sentence("Copy exactly this list: another one would lead clients to other servers"),
        ),
        acts=(
            act(_OPEN, labels.LISTS),
            act(_SELECT, (), list_row(work.source_list)),
            act(sentence("Copy it"), labels.COPY_LIST),
            act(sentence("Paste the copy"), labels.PASTE_LIST),
            act(
                sentence("Double-click the copy, and give it this name, letter by letter"),
                (),
                (CopiedValue(label=sentence("Name of the copy"), value=work.copy_list),),
            ),
            act(sentence("Choose this protocol"), labels.USE_HTTP if http else labels.USE_HTTPS),
            act(
                sentence("Give each of these servers its port, and change no address"),
                labels.HTTP_PORT,
                *(_port_row(entry.server, entry.address, entry.http_port) for entry in work.servers),
            ),
            act(sentence("Close both windows"), labels.OK_TWICE),
            act(sentence("Open the copy again, and read name, protocol and ports as it shows them now")),
            act(
                sentence(
                    "Better, where a group without clients can use the copy for a while: assign it there, right-click "
                    "the group and export its Sylink.xml; then assign the group its own list again"
                ),
                labels.EXPORT_SETTINGS,
            ),
        ),
        checked=sentence(
            "The service compares name, protocol and each port with what is asked here, and looks whether SEPM shows "
            "the list; when it cannot be assigned later, this task is opened again with the reason"
        ),
        late=_WAITS,
    )


def assign_card(work: AssignList) -> Card:
    """A5, or A10d."""
    return Card(
        before=(sentence("Assign it to nothing that does not stand here"),),
        acts=(
            act(_OPEN, labels.LISTS),
            act(
                sentence("Right-click this list, and assign it to each of these places"),
                labels.ASSIGN,
                list_row(work.list),
                *pair_rows(work.pairs),
            ),
            act(sentence("Close the window"), labels.OK),
        ),
        checked=sentence("The service reads the settings of each place; the task closes by itself when all have it"),
        late=_WAITS,
    )


def reorder_card(work: ReorderList) -> Card:
    """B1: a drill, or its end."""
    return Card(
        before=(sentence("Take no server out of the list, and add none"),),
        acts=(
            act(_OPEN, labels.LISTS),
            act(_SELECT, (), list_row(work.list)),
            act(
                sentence("Edit it, and move its servers until they have these priorities"),
                labels.PRIORITIES,
                *(
                    (
                        CopiedValue(label=sentence("Priority"), value=str(number)),
                        CopiedValue(label=sentence("Servers"), value=", ".join(pool)),
                    )
                    for number, pool in enumerate(work.order, 1)
                ),
            ),
            act(sentence("Close both windows"), labels.OK_TWICE),
            act(sentence("Right-click a group that uses the list, and export its Sylink.xml"), labels.EXPORT_SETTINGS),
        ),
        checked=sentence(
            "The service compares the order in the Sylink.xml, or the order that you state, with this one"
        ),
        late=_WAITS,
    )


def delete_card(work: DeleteList) -> Card:
    """The end of a copy."""
    return Card(
        before=(
            sentence(
                "No group uses this list any more. Where the console says that one does, delete nothing: give the task "
                "back with the name of that group. When that group has its own list, the task is opened again; else an "
                "approver leaves the list where it is"
            ),
        ),
        acts=(
            act(_OPEN, labels.LISTS),
            act(sentence("Select this list, and no other, and delete it"), labels.DELETE, list_row(work.list)),
        ),
        checked=sentence("The service looks whether SEPM still shows the list, where SEPM shows lists"),
        late=sentence("While it is not done the rotation does not end; clients are not touched by that"),
    )


def pair_rows(pairs: Iterable[TaskPair]) -> tuple[Row, ...]:
    """Groups with their locations."""
    return tuple(
        (
            CopiedValue(label=sentence("Group"), value=pair.group_path),
            CopiedValue(label=sentence("Location"), value=pair.location_name),
        )
        for pair in pairs
    )


def _port_row(server: str, address: str, port: int) -> Row:
    return (
        CopiedValue(label=sentence("Server"), value=server),
        CopiedValue(label=sentence("Address"), value=address),
        CopiedValue(label=sentence("Port"), value=str(port)),
    )
