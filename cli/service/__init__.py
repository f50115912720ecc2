"""`rotator up` and what it keeps alive, its folder, its backups and its keys; the emulator as a command.

- `up`, `service`, `supervisor`, `child_processes`: the command, what it starts and keeps alive
- `folder`, `up_file`: the folder of the service, and where it is running
- `backup`, `copies`, `backup_note`: copies of everything durable
- `keys`, `first_key`, `local_operator`: keys that seal, the first key of the API, the person at this machine
- `emulator`: `rotator emulator`
"""
