"""The page at `/`, for people: what needs a person now, sites, rotations, tasks and plans, in English and Czech."""
