"""The trail of each site and of the service, and the heads of all trails outside of the database.

- `site_trail`, `statements`, `start_notes`: the trails, events that state a row, what a service notes at its start
- `heads`, `head_sender`, `webhook`: heads outside of the database, and on their way to a webhook
"""
