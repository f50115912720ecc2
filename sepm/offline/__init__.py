"""Sites without REST: the console's export of clients, and Sylink.xml files.

- `client_export`, `export_columns`, `export_dates`: exports of clients, their columns, their dates
- `sylink`, `sylink_evidence`: the server list in a Sylink.xml, and what such files show of clients
"""
