"""Every known scenario in which clients were cut off, but those of networks (`network_holes`)."""

from tests.simulation import (
    administration_holes,
    build_holes,
    drill_holes,
    image_holes,
    late_list_holes,
    record_holes,
    restoring_holes,
    turning_holes,
    world_holes,
)

_ROOMS = (
    administration_holes,
    build_holes,
    drill_holes,
    image_holes,
    late_list_holes,
    record_holes,
    restoring_holes,
    turning_holes,
    world_holes,
)
KNOWN_HOLES = tuple(each for room in _ROOMS for each in room.HOLES)
