"""The procedures: which steps, in which order.

- `steps`: the vendor's two lists as one; `relaxation`: relaxing a wave and restoring it behind its replacements
- `restoration`, `found_certificates`, `rollback`: the plan of a restore, the certificates that it finds, and old
  certificates put back
- `drilling`, `https_drill`, `stop_drill`, `outage`: drills; `looking`, `signing`, `handing_out`: what people look at
"""
