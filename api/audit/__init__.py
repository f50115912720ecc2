"""The audit: whether every trail holds, and the trails of sites and of the service.

- `audit`: `/v1/audit` and `/v1/sites/{id}/events`
"""
