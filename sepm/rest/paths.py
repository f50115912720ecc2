"""Paths below `/sepm`. Ids come from SEPM or from people, so they are quoted: an id can name nothing but an object."""

from urllib.parse import quote

from rotation.survey import Pair
from rotation.values import GroupId


def group_path(group_id: GroupId) -> str:
    """The path of a group."""
    return f"/api/v1/groups/{quote(group_id, safe='')}"


def settings_path(pair: Pair) -> str:
    """The path of a pair's settings."""
    return f"{group_path(pair.group_id)}/locations/{quote(pair.location_id, safe='')}/settings"
