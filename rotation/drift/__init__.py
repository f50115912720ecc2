"""The site is not as the rotation left it: how that is seen, and what follows.

- `drift`, `standing`, `lists`, `served`, `upgraded`, `newborn`: what may differ from how a step leaves the site
- `reaction`, `told`, `restart`: what follows, how people are told, and which gates are proven again
- `moved`, `dated`: what can be read each minute, whether policy dates tell of settings; `recorded`: less our changes
"""
