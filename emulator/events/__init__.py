"""What happens to a site without the product asking for it.

- `site_events`: as values; `occurrence`: carries them out, with `joining` and `restoring`
"""
