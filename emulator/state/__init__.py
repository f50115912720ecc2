"""The site as its database has it, what its servers publish, and the journal of every effect on it.

- `site`, `group_tree`, `domains`, `networks`: servers, lists, groups, settings, and where clients are
- `publishing`: what servers publish for a group, and whether its signature verifies
- `effects`, `timeline`, `draws`: the journal, simulated time, chance by the seed
- `backup`, `damage`, `hand_outs`, `slips`: a saved database, damaged certificates, old Sylink.xml, mistakes of people
"""
