"""Reading a site: surveys, what every server presents, the watch."""
