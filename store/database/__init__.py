"""The database: connections and transactions, SQLite, one in memory, migrations, pages of long lists.

- `database`, `sqlite`, `memory`, `disk_space`: the engine, SQLite, a simulation's own, room on the disk
- `migration`, `page`, `chain`: revisions, pages of lists, lines that are bound by their hashes
- `upsert`, `built_once`: statements
"""
