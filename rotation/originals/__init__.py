"""The originals of a site in one file off the box: what is in it, whether it fits a site, and what is known by it.

- `content`, `file`, `saving`: what the file holds, how it is written and read, how it is saved
- `site_match`, `plan_of_file`: whether it fits a site, and the plan that a restore rests on
"""
