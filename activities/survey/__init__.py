"""Reading a site: surveys, what every server presents, the watch.

- `surveying`: surveys
- `servers`, `watching`: what the servers of a rotation present, and what all ports of all sites present
"""
