"""The look at the site: what differs from what the rotation left, what was born, and which clients no gate counts.

- `looking`: the look, and which gates are proven again
- `accepting`: what people go on with as it was found
- `newborns`, `unplanned_groups`: what was born during the rotation; clients in groups that a plan does not know
"""
