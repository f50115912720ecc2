"""Texts that no database keeps and no answer repeats: with NUL in them, or with half a character of UTF-16."""

import json
from typing import Any

_NUL = "\\u0000"


def is_whole(document: Any) -> bool:
    """Whether every text of a JSON document can be kept, its keys too."""
    try:
        # one pass in C over all of it; a NUL is always written in this way
        written = json.dumps(document, ensure_ascii=False)
        written.encode()
    except UnicodeEncodeError:
        return False
    except RecursionError:
        return True
    return _NUL not in written.replace("\\\\", "")
