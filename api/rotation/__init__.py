"""Rotations: starting one, looking at it, speaking to it, restoring and tidying what one has left."""
