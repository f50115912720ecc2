"""Recovery files: archives that are read in memory, within bounds.

- `recovery_file`, `recovery_archive`, `recovery_settings`: what lies in one, unpacked in memory, its settings
"""
