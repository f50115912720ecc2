"""Cards of settings that are changed by hand: secure communications (A6, A7, A10c), and replication
(the vendor's best practices for updating server certificates).
"""

from rotation.plan.card import console_labels as labels
from rotation.plan.card.card import Card, CopiedValue, act
from rotation.plan.card.list_cards import pair_rows
from rotation.plan.work.task import PauseReplication, ResumeReplication, SetSecureCommunications
from rotation.text.sentence import sentence


def secure_card(work: SetSecureCommunications) -> Card:
    """A6 and A7, or A10c."""
    each = sentence("Open the settings of each of these groups and locations, one after the other")
    checks, unchecks = sentence("Check this box"), sentence("Uncheck this box")
    return Card(
        before=(sentence("Change no group that does not stand here: groups that inherit follow by themselves"),),
        acts=(
            act(each, labels.GENERAL_SETTINGS, *pair_rows(work.pairs)),
            act(checks if work.enabled else unchecks, labels.SECURE_COMMUNICATIONS),
            act(sentence("Close the window"), labels.OK),
        ),
        checked=sentence("The service reads the box of each place; the task closes by itself when all are so"),
        late=sentence("Until it is done, clients of these groups take policies without checking who has signed them")
        if work.enabled
        else sentence("While it is not done no certificate is replaced; no client is cut off by that"),
    )


def replication_card(work: PauseReplication | ResumeReplication) -> Card:
    """The first act at a site that replicates, or the last."""
    partners = tuple((CopiedValue(label=sentence("Replication partner"), value=name),) for name in work.partners)
    open_servers = act(sentence("Open the servers of the site"), labels.SERVERS)
    if isinstance(work, PauseReplication):
        return Card(
            before=(sentence("Note how the relationship is set up: it is set up so again at the end"),),
            acts=(
                open_servers,
                act(
                    sentence("Break the replication relationship with each of these"), labels.DELETE_PARTNER, *partners
                ),
            ),
            checked=sentence(
                "The service reads SEPM's replication status; the task closes by itself when none is left"
            ),
            late=sentence("While it is not done nothing of the site is changed"),
        )
    return Card(
        acts=(
            open_servers,
            act(sentence("Restore the replication relationship with each of these"), labels.ADD_PARTNER, *partners),
        ),
        after=(sentence("The first replication may copy the whole database, and take long"),),
        checked=sentence("The service reads SEPM's replication status; the task closes by itself when all are there"),
        late=sentence("Until it is done, changes at one site do not reach the other"),
    )
