"""The database: connections and transactions, SQLite, one in memory, migrations, pages of long lists."""
