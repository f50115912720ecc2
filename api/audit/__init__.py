"""The audit: whether every trail holds, and the trails of sites and of the service."""
