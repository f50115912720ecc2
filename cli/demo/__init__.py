"""`rotator demo`: the whole product on emulated sites of this machine.

- `command`, `play`, `naive`: the command, what it plays, and the same without the product
- `stage`, `scenes`, `site`, `track`: its processes, its two sites, one of them, one rotation
- `plan`, `screen`, `report`: what it writes
"""
