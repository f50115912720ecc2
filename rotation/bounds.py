"""Bounds of what people and SEPM name: room for every real site, and none for what only fills memory."""

from pydantic import Field

LONGEST = 500
"""Characters of a name, an address or an id."""
MOST_SERVERS = 500
"""Management servers of a site, and whatever there is one of for each."""
MOST_LISTS = 5000
"""Server lists of a site, and the files that describe them."""

Text = Field(max_length=LONGEST)
"""The bound of a name, an address or an id, as an annotation."""
