"""Sentences for attention: what is wrong, and who does what about it. The first of the table counts first."""

from rotation.running.attention import CANARY_HELD, DUE_SILENT, SILENT_AHEAD, SITE_MOVED
from rotation.running.waits.situation import AskedMatter, WaitMeasure
from rotation.text.sentence import Sentence, SentenceValue, sentence

ATTENTION: dict[str, str] = {
    "third-certificate": "A server presents a certificate that is neither its old nor its new one (“%(subject)s”). "
    "Its clients may be cut off: an operator installs the right file at once, or finds out what answers there.",
    SITE_MOVED: "A client port does not answer as the rotation left it, and the rotation looks only when it goes on. "
    "An operator looks at the ports and certificates of the servers at once.",
    "access-altered": "How the site is reached was changed in the database by a stranger. Nothing is sent; an "
    "administrator reads the audit trail and states the access again.",
    "write-not-admitted": "The rotation wants to write what the database does not have as its own. Nothing is sent; an "
    "administrator reads the audit trail.",
    "plan-altered": "The stored plan is not the one that was approved. An operator cancels, and an administrator finds "
    "out who changed it.",
    "trail-conflict": "Two different things were recorded as one event. An administrator verifies the audit trail.",
    "answer-refused": "A program without the keys of this service has answered for a worker. It runs again; an "
    "administrator finds out who reaches Temporal.",
    "signal-refused": "A message came that this service has not signed; it was not obeyed. An administrator finds out "
    "who sent it.",
    DUE_SILENT: "%(subject)s does not answer, and its certificate is due. An operator brings it up; on the way back "
    "two persons may leave it out.",
    SILENT_AHEAD: "%(subject)s does not answer, and the other old certificates wait for it. An operator brings it up, "
    "or two persons go on while it is down.",
    "others-silent": "Another server does not answer, so none may be stopped. An operator brings it up and retries "
    "(“%(subject)s”).",
    "proof-lapsed": "The proof for “%(subject)s” does not hold any more. Its holder does not begin; it goes on by "
    "itself when the proof is back.",
    "give-back": "The holder of “%(subject)s” gives the task back, and says what was done.",
    "task-wrong": "What the service sees of the task is wrong (%(subject)s). Its holder corrects it at the console.",
    "silent-after-swap": "Clients have not come back since the replacement. An operator looks at one of them; unless "
    "they are switched off, an operator has the old certificate put back.",
    "silent-after-write": "Clients have not come back since settings were written. An operator looks at one of them, "
    "and opens the HTTP port of its network, cancels, or has the old certificate put back.",
    "refusing": "Clients check in and take no policy. An operator looks at one of them; the .SIG files of their server "
    "may be older than its certificate.",
    "second-person": "“%(subject)s” waits for a second person: an approver reads what the first one wants, and "
    "approves it; an operator who is against it gives another answer.",
    "roll-back": "A roll-back is wanted, and all waits. A second person approves the way back; an operator who is "
    "against it has the rotation finish.",
    "plan-differs": "The rest of the plan does not fit the site any more. An approver reads the amendment and approves "
    "it, or an operator puts the site back and retries.",
    "plan-on-trust": "An amendment could take clients on trust. An operator wishes it, or a person puts the site back.",
    "claim-refused": "The claim of “%(subject)s” was refused: a gate does not hold any more, or no client "
    "of the site reports. An operator waits, or two persons decide to go on.",
    "gate-limit": "“%(subject)s” has reached its limit; clients that are still waited for: %(waiting)s of %(total)s. "
    "An operator extends it, or two persons go on without them.",
    CANARY_HELD: "The clients that go first hold “%(subject)s”. An operator looks at one of them; two persons may go "
    "on with the rest.",
    "canary-back": "Clients that go first check in again. Two persons confirm that the port was opened and no other "
    "Sylink.xml brought them back.",
    "proof-wanted": "“%(subject)s” needs an export of the clients, or a statement of what the console shows. An "
    "operator brings it.",
    "export-wanted": "“%(subject)s” needs an export of the clients that shows who is back. An operator brings it.",
    "client-list": "“%(subject)s”: no client of some build has shown its list. An operator looks at one, or decides "
    "what is asked.",
    "unlisted": "Clients have not come over HTTP while HTTPS is shut. An operator has the ports opened for a while, "
    "and the drill made once more.",
    "stranded": "Clients have come to no other server while theirs is stopped. An operator has it started for a while, "
    "and the drill made once more.",
    "https-open": "%(subject)s answers over HTTPS though its port should be shut. An operator shuts it again.",
    "server-runs": "%(subject)s answers though it should be stopped. An operator stops its services again.",
    "signs-with-former-key": "A replaced server still signs with its former key (“%(subject)s”). An operator has it "
    "publish again and retries.",
    "signature-unknown": "No client has shown what a replaced server signs (“%(subject)s”). An operator looks at its "
    ".SIG files and retries; two persons may go on.",
    "drift": "The site is not as the rotation left it. An operator puts back what differs, or chooses what is offered.",
    "newborn": "Groups or locations were made during the rotation. An operator puts them right and retries, or an "
    "approver leaves them as they are.",
    "list-in-use": "A server list is still in use (“%(subject)s”). An operator gives its groups their own list and "
    "retries, or an approver leaves the list there.",
    "pair-gone": "Groups or locations of the plan are gone (“%(subject)s”). An operator retries, or an approver goes "
    "on without them.",
    "site-differs": "The site is not as it was recorded (“%(subject)s”). An operator puts it right and retries, or two "
    "persons go on with it as it is.",
    "plan-is-stale": "The plan does not fit the site any more. An operator puts the site back and retries, or cancels "
    "and makes a new plan.",
    "serial-did-not-move": "SEPM has made no new policy after a change (“%(subject)s”). The question names the groups. "
    "An operator edits a policy of each in the console, and retries.",
    "swapped-while-turning-back": "A new certificate was put in while the rotation turns back. An operator puts the "
    "old one back and retries.",
    "swapped-while-restoring": "Another certificate was put in while a restore runs. An operator puts the one back "
    "that was there before, and retries.",
    "list-edited-meanwhile": "“%(subject)s”: a server list was edited, and clients are about to have it again. An "
    "operator looks at it in the console, corrects it, and retries.",
    "silent-while-turning-back": "A server does not answer while settings are put back. An operator brings it up and "
    "retries; two persons may go on.",
    "task-refused": "The task “%(subject)s” was given back, with a reason. An operator has it opened again once the "
    "reason is gone.",
    "sepm-credentials": "SEPM refuses the account of the service. An administrator states the right one, and an "
    "operator retries.",
    "sepm-refused": "SEPM has refused what the rotation needs (“%(subject)s”). An operator does what the message says, "
    "and retries.",
    "group-gone": "A group of the plan is gone (“%(subject)s”). An operator retries, or cancels and makes a new plan.",
    "store-unreadable": "The database holds something that cannot be read. An administrator gives back the right key "
    "or database, and an operator retries.",
    "site-archived": "The site is archived, so nothing is sent to it. An administrator takes it back, and an operator "
    "retries.",
    "policy-by-hand": "REST changes no policy here, so a task asks an operator to do it at the SEPM console.",
    "written-by-hand": "REST changes no setting here, so a task asks an operator to do it at the SEPM console.",
    "copy-missing": "SEPM shows no server list “%(subject)s”. Its task is open again: an operator makes the copy.",
    "upgrade-pending": "Clients are about to be upgraded by a package. An administrator takes the upgrade off their "
    "groups until the rotation has ended.",
    "cancel-refused": "A cancel came too late and was refused. The rotation goes on; an operator may roll it back.",
    "not-done": "What the rotation needs was refused (“%(subject)s”). It is tried again within five minutes; an "
    "operator does what the message says.",
    "not-answering": "SEPM does not answer (“%(subject)s”). It is tried until it does; an administrator sees that its "
    "REST port answers.",
}
"""By code, most urgent first."""
OTHER = "“%(subject)s” needs a person: the message says what is wrong and what may be chosen."
_CANARIES_WAITING = sentence(
    "Clients that go first and do not get through: %(waiting)s of %(total)s (“%(subject)s”). An operator looks at one "
    "of them, as the message says; two persons may go on with the rest."
)
_CANARIES_UNSHOWN = sentence(
    "“%(subject)s”: the clients that go first are proven, but none has shown what a replaced server signs. An operator "
    "looks there, as the message says; two persons may go on."
)
"""What holds canaries, where it was read: clients, or a server of which no client has shown anything."""
_ORDER = {code: place for place, code in enumerate(ATTENTION)}


def of_attention(attention: tuple[AskedMatter, ...], wait: WaitMeasure | None) -> Sentence | None:
    """The sentence of the most urgent one; None without any."""
    first = min(attention, key=lambda each: _ORDER.get(each.code, len(_ORDER)), default=None)
    if first is None:
        return None
    measure = wait or WaitMeasure()
    text = _of_canaries(measure) if first.code == CANARY_HELD else ATTENTION.get(first.code, OTHER)
    values: dict[str, SentenceValue] = {"subject": first.subject, "waiting": measure.waiting, "total": measure.total}
    shown = {name: value for name, value in values.items() if f"%({name})s" in text}
    return sentence(text, **shown)


def _of_canaries(measure: WaitMeasure) -> str:
    if measure.waiting:
        return _CANARIES_WAITING.text
    return _CANARIES_UNSHOWN.text if measure.covered else ATTENTION[CANARY_HELD]
