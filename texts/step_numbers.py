"""What stands in the column of step numbers: the vendor's own, or a word for a step that its lists do not have."""

from rotation.text.sentence import Sentence, sentence

_UNDONE = "-undo"
_WORDS = {
    "closing": sentence("closing"),
    "drill": sentence("drill"),
    "hand-outs": sentence("hand-outs"),
    "images": sentence("images"),
    "load": sentence("load"),
    "look": sentence("look"),
    "preflight": sentence("preflight"),
    "recheck": sentence("recheck"),
    "recover": sentence("recover"),
    "recovery": sentence("recovery"),
    "replication": sentence("replication"),
    "returned": sentence("returned"),
    "shown": sentence("shown"),
    "signed": sentence("signed"),
}


def number_text(number: str) -> Sentence:
    """The number of a step for people; documents and commands have it as it is."""
    vendors, undone, _ = number.partition(_UNDONE)
    if undone:
        return sentence("%(number)s undone", number=vendors)
    return _WORDS.get(number) or sentence("%(number)s", number=number)
