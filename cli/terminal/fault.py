"""What keeps a command from asking the API at all."""


class UnreadableError(Exception):
    """Something that was given cannot be read, or the API cannot be reached."""
