"""What must not be lost: tables, repositories, encryption at rest, migrations."""
