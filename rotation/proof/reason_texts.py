"""What each reason of a client's verdict means, as people read it."""

from rotation.proof.verdict import Reason
from rotation.text.sentence import Sentence, sentence

REASONS: dict[Reason, Sentence] = {
    Reason.SEEN_AT_SECOND_SERVER: sentence("proven: seen at a second server"),
    Reason.AT_THE_FIRST_SERVER: sentence("seen only at the server to which this round sends the others"),
    Reason.NOT_AT_SECOND_SERVER: sentence("not seen at a second server yet"),
    Reason.STATED: sentence("proven: two persons have stated it of the console"),
    Reason.CAME_OVER_HTTP: sentence("proven: checked in over HTTP while HTTPS was shut"),
    Reason.NOT_OVER_HTTP: sentence("has not checked in since HTTPS is shut"),
    Reason.CAME_ELSEWHERE: sentence("proven: checked in at another server while its own was stopped"),
    Reason.NOT_ELSEWHERE: sentence("has not checked in at another server since its own is stopped"),
    Reason.SERIAL_CONFIRMED: sentence("proven: reports the new policy"),
    Reason.SERIAL_MOVED_AFTER_SWAP: sentence("proven: has taken a newer policy since the replacement"),
    Reason.TWO_TRUSTED_CONTACTS: sentence("proven: checked in twice since the replacement, at a server that it trusts"),
    Reason.CONTACT_AT_SWAPPED_SERVER: sentence("proven: checked in at a server that has its new certificate"),
    Reason.HOLDS_RELAXED_POLICY: sentence("safe: holds the relaxed policy"),
    Reason.PROTECTED_BY_HOLDOUT: sentence("safe: the last server keeps the certificate that the client knows"),
    Reason.KNOWS_ANOTHER_SERVER: sentence("safe: knows another server, and goes there"),
    Reason.AWAY_CANARY: sentence("was away when its group went first; the gate for all waits for it"),
    Reason.NETWORK_UNTRIED: sentence("was away, and no other client has shown that plain HTTP gets out of its network"),
    Reason.LEFT_OUT_BY_NAME: sentence("left out by name"),
    Reason.NON_PERSISTENT: sentence("made from an image; the image is refreshed instead"),
    Reason.OLD_POLICY: sentence("still reports the old policy"),
    Reason.UNSEEN_POLICY: sentence("reports a policy that was made after the change, and that is not verified"),
    Reason.NO_POLICY: sentence("reports no policy"),
    Reason.OTHER_GROUPS_POLICY: sentence("reports the policy of another group"),
    Reason.SEEN_ONCE: sentence("checked in once since; a second time is needed"),
    Reason.NOT_SEEN: sentence("not seen since"),
    Reason.AT_UNTRUSTED_SERVER: sentence("is at a server whose certificate it does not know"),
    Reason.SHARED_RECORD: sentence("two machines share this record; one of them has not shown the policy"),
    Reason.REFUSING: sentence("checks in, and does not take the new policy: look at this client"),
    Reason.BROUGHT_BACK_LATER: sentence("refuses what its server signs until the old certificate is back"),
    Reason.WENT_BACK: sentence("reports an older policy than it has shown before"),
    Reason.KNOWS_FORMER: sentence("has not checked in since the new certificate came; it knows the old one"),
    Reason.VANISHED: sentence("SEPM does not list it any more"),
    Reason.REFERENCE_MISSING: sentence("the policy that it should report is not known yet"),
    Reason.HEARD_AGAIN: sentence("proven: checked in again"),
    Reason.AWAY_BEFORE: sentence("was silent before already"),
}
"""Of each reason."""
