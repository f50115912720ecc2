"""The domain: values and rules. No I/O, no clock, no framework but pydantic.

Docstrings cite rules by number: docs/proof.md has them. A1 to A10d and B1 to B5 are the vendor's steps:
docs/develop/procedure.md. KB or K with a number is an article of Broadcom's knowledge base, TECH with a number one of
Symantec's.

- `site`, `access`, `survey`, `certificate`, `build`, `serial`, `network`, `inheritance`: what is known of a site
- `values`, `finding`, `span`, `key`, `bounds`: what everything is made of, and how long or large it may be
- `text`: texts for people before they have a language; texts of others, kept and shown
- `identity`, `notice`: persons and programs with their roles; what people are called for
- `order`, `simulation`: an order at an authority, and a simulation, as they are asked for
- `planning`, `procedure`, `plan`: from what was observed to a plan; which steps; the plan as values
- `running`, `proof`, `drift`: a running rotation; gates and coverage; the site is not as it was left
- `console`, `originals`, `recovery`, `reach`: sites without REST, originals off the box, disasters, plain HTTP
- `fitness`, `trust`, `watch`, `standing`: certificates that fit, and that are trusted; what ends soon; what is stalled
"""
