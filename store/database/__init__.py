"""The database: connections and transactions, SQLite, one in memory, migrations, backups, pages of long lists."""
