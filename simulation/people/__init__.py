"""The people around a played rotation: who works at the console, who decides, who knows the networks.

- `people`, `intents`, `moments`, `answers`: who acts, what they want, when, and how they answer
- `operator`, `console`, `networks`: a person at the console, at a site without REST, and who knows the networks
- `looks`, `stopping`, `tidying`, `watchman`: old lists, stopped servers, unasked changes, the watch over open tasks
"""
