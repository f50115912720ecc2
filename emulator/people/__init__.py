"""What people do at the console, with their mistakes and delays, and what they copy from it.

- `console`, `operations`, `desk`: acts at the console, as values, and in a served site
- `operator_actions`, `faulty_operator`, `delays`: a person who does tasks, makes mistakes and takes time
- `robot`, `tasks`: the same over the product's REST routes
- `export`, `sylink`, `signed_files`, `network_answers`: what people copy from the console, clients and servers
"""
