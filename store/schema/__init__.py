"""Every table, and how values are kept in columns."""
