"""Which networks let plain HTTP through, before a whole group is sent there (rule 24a).

- `script`, `powershell`, `shell`, `targets`: the script that clients run, and whom it asks
- `table`, `answer`, `judging`, `counting`: what it has written, and what that shows of each network
"""
