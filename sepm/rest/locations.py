"""Locations come as text: `NAME:api/v1/locations/ID`, or the path alone."""

from pydantic import TypeAdapter

from rotation.values import LocationId
from sepm.rest.payloads import SepmId

_ID = TypeAdapter(SepmId)


def parse_location(text: str) -> tuple[LocationId, str]:
    """Id and name of a location. The id follows the last `/`, the name ends at the first `:`.

    A name that holds `:` is cut there: SEPM's form leaves no better reading. Without a name the id stands in.

    Raises:
        ValueError: when there is no id.
    """
    name, colon, path = text.partition(":")
    location = LocationId(_ID.validate_python((path if colon else text).rpartition("/")[2]))
    return location, (name.strip() if colon else "") or location
