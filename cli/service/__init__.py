"""`rotator up` and what it keeps alive, its folder, its backups and its keys; the emulator as a command."""
