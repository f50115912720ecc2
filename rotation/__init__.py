"""The domain: values and rules. No I/O, no clock, no framework but pydantic.

- `site`, `access`, `survey`, `certificate`, `build`, `serial`, `network`, `inheritance`: what is known of a site
- `values`, `finding`, `span`, `key`: what everything is made of
- `text`: texts of others, kept and shown
- `order`, `simulation`: an order at an authority, and a simulation, as they are asked for
- `planning`, `procedure`, `plan`: from what was observed to a plan; which steps; the plan as values
- `running`, `proof`, `drift`: a running rotation; gates and coverage; the site is not as it was left
- `console`, `originals`, `recovery`, `reach`: sites without REST, originals off the box, disasters, plain HTTP
- `fitness`, `trust`, `watch`, `standing`: certificates that fit, and that are trusted; what ends soon; what is stalled
"""
