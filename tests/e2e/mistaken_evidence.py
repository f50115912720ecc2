"""Evidence that is wrong: the name of the mistake, what its answer has to name, and the fields of the form."""

SHA, NOTHING = "ab" * 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
FILES = [
    ("no SHA-256", "no SHA-256", {"filename": "recovery_1.zip"}),
    ("a SHA-256 that is cut short", "no SHA-256", {"filename": "recovery_1.zip", "sha256": SHA[:-1]}),
    ("a SHA-256 with other letters", "no SHA-256", {"filename": "recovery_1.zip", "sha256": "g" + SHA[1:]}),
    ("the file name for the SHA-256", "no SHA-256", {"filename": SHA, "sha256": "recovery_1.zip"}),
    ("an empty file", "empty file", {"filename": "recovery_1.zip", "sha256": NOTHING}),
    ("another file of originals", "originals", {"sha256": SHA, "originals_sha256": "cd" * 32}),
    ("no SHA-256 of originals", "originals", {"sha256": SHA, "originals_sha256": "yes"}),
    ("a note that is too long", "note", {"sha256": SHA, "note": "x" * 2001}),
]
STOPPED = [
    ("nothing of what was stopped", "does not name what", {}),
    ("the example of the command", "not a kind with a name", {"stopped": "KIND: NAME; KIND: NAME"}),
    ("a kind without a name", "not a kind with a name", {"stopped": "gpo:"}),
    ("an unknown kind", "not a kind with a name", {"stopped": "usb: stick"}),
    ("none, and something", "not a kind with a name", {"stopped": "none; gpo: SEP at start-up"}),
    ("a sentence", "not a kind with a name", {"stopped": "we stopped everything"}),
]


def of_list(right):
    """What may be stated wrongly of a copy, with what the answer names."""
    name, ports = right["list_name"], right["ports"]
    one = ports.partition(", ")[0]
    return [
        ("no evidence of a copy", "name", {}),
        ("the name of the list that was copied", "name", {**right, "list_name": "Default Management Server List"}),
        ("a slip in the name", "name", {**right, "list_name": name + "."}),
        ("the name in capitals", "name", {**right, "list_name": name.upper()}),
        ("the name alone", "protocol", {"list_name": name}),
        ("HTTPS for HTTP", "protocol", {**right, "protocol": "HTTPS"}),
        ("both protocols", "protocol", {**right, "protocol": "HTTP and HTTPS"}),
        ("no ports", "ports", {"list_name": name, "protocol": "HTTP"}),
        ("the port of HTTPS", "ports", {**right, "ports": "443"}),
        ("one server of three", "ports", {**right, "ports": one}),
        ("a server of another site", "ports", {**right, "ports": ports + ", SEPM-9=8014"}),
        ("another port of one server", "ports", {**right, "ports": ports.replace(one, one + "1")}),
        ("ports in words", "ports", {**right, "ports": "as asked"}),
        ("the example of the command for a copy", "name", {"list_name": "NAME", "protocol": "PROTOCOL"}),
        ("a text for a Sylink.xml", "Sylink.xml", {**right, "sylink": "the copy is fine"}),
        ("another XML for a Sylink.xml", "Sylink.xml", {**right, "sylink": "<ServerSettings/>"}),
    ]
