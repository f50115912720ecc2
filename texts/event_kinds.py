"""What an event of a rotation's trail tells, in words: documents and commands have its code."""

from rotation.text.sentence import Sentence, sentence

_WORDS: dict[str, Sentence] = {
    "started": sentence("started"),
    "step-began": sentence("step began"),
    "step-ended": sentence("step ended"),
    "gate-passed": sentence("gate passed"),
    "task-opened": sentence("task opened"),
    "task-closed": sentence("task closed"),
    "attention": sentence("a person is needed"),
    "attention-over": sentence("no person is needed any more"),
    "message": sentence("action"),
    "drift": sentence("the site differs"),
    "repaired": sentence("put right"),
    "drift-over": sentence("a difference is gone"),
    "gate-restarted": sentence("the gate began again"),
    "quiet": sentence("silent clients"),
    "adopted": sentence("left as it is"),
    "amended": sentence("the plan was amended"),
    "turning-back": sentence("settings go back"),
    "rolling-back": sentence("way back to the old certificates"),
    "ended": sentence("rotation ended"),
    "write-begins": sentence("a setting is written"),
    "write-ended": sentence("a setting was written"),
}


def kind_text(kind: str) -> Sentence:
    """The words of a kind; of one that this version does not know, the code's own words."""
    return _WORDS.get(kind) or sentence("%(kind)s", kind=kind.replace("-", " "))
