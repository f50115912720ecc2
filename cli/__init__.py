"""The `rotator` command."""
