"""Earlier words of questions, by those of today: the token of a question is made of them.

Recorded answers name the token of the words that their sender read. So words may change, and tokens stay: a history
that was answered under earlier words replays.
"""

_EARLIER = {
    " as it is, and to leave out by name every client in it: ": (
        " as it is, and to leave out by name whoever is in it: "
    ),
    " wants to go on before a client has tried the way: ": (
        " wants to go on without waiting for anybody to try the way: "
    ),
    " did not get through, and checks in again: ": " did not get through, and is heard again: ",
    "Put it right and retry; or proceed to leave it so, if a second person approves": (
        "Put it right and retry; or proceed to leave it so by a second person's word"
    ),
    ": prove the gate again": " is proven anew",
    "as the task of this drill asks, or retry": "as the task of this drill said, or retry",
    "or proceed to leave out by name, if a second person approves, every client of ": (
        "or proceed to leave out by name, by a second person's word, every client of "
    ),
    "certificate, and each client that trusts only that": "certificate, and whoever trusts only that",
    "added during the rotation: ": "born during the rotation: ",
    "have it publish again and retry; or proceed, if a second person approves": (
        "have it publish again and retry; or proceed by a second person's word"
    ),
    "have it publish again, and proceed, if a second person approves": (
        "have it publish again, and proceed by a second person's word"
    ),
    "go on with what was added": "go on with what was born",
    "no operator has reported for a day what a client of ": "nobody has said for a day what a client of ",
    "proceed to go on with the rest, if a second person approves": (
        "proceed to go on with the rest by a second person's word"
    ),
    "look for what was added during the rotation": "was anything born during the rotation?",
    "nothing can be proven; edit a policy of each in SEPM's console, then retry": "nothing can be proven",
    # words between these two: a rotation that asked in them goes on
    "the operator who had the task refused it; retry": "whoever had the task refused it; retry",
    "the task was given back (the trail has the name and the reason); retry": "whoever had the task refused it; retry",
    " wants to go on with the rest, though ": " wants to go on without ",
    " clients of the canaries do not get through yet: ": " clients of the canaries: ",
    "; look also whether such a client reaches the HTTPS client port of a server of its list": "",
}


def in_earlier_words(text: str) -> str:
    """The text as the first release that could ask it wrote it; as it is, where its words have not changed."""
    for now, earlier in _EARLIER.items():
        text = text.replace(now, earlier)
    return text
