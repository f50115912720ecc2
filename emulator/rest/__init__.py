"""The REST API of the site's first server: its contract, and its quirks.

- `app`, `routes`, `service`: the application, its routes, what they share
- `tokens`, `paging`, `errors`: log-on, pages, refusals as SEPM has them
- `computer_filter`, `computer_row`: which clients a call asks for, and how one is shown
- `cache`, `direct`, `in_process`: a cache before REST; calls without the framework and without a network
"""
