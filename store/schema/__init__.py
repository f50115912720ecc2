"""Every table, and how values are kept in columns.

There is a module for each concern; `base` and `columns` have what all tables share, `tables` imports all of them.

- `site_tables`, `console_tables`, `http_reach_table`, `inventory_tables`: what is known of sites
- `rotation_tables`: a rotation with its originals (`OriginalRow`), proofs, tasks and events; `simulation_tables`
- `certificate_tables`, `sealed_key_table`: certificates' keys, and the service's own
- `access_tables`, `trail_table`, `notice_tables`, `reconciliation_table`: identities, trails, notices, its own standing
"""
