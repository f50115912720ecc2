"""A SEPM site with its clients, for people without a licence. Imports nothing of the product.

- `spec`, `switches`, `scenarios`: what site to build, what no public source settles about SEPM, sites that come with it
- `simulation`, `building`, `changes`: one site with its clients, one method that moves time, and what changes
- `errors`, `instants`: what the site refuses, and moments as SEPM keeps them
- `state`, `certificates`, `clients`, `people`, `events`: the site, its clients, people at the console, what happens
- `rest`, `serving`: SEPM's REST API, and the emulator as processes and ports
- `__main__`: `python -m emulator`
"""
