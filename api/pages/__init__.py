"""The page at `/`, for people: what needs a person now, sites, rotations, tasks and plans, in English and Czech.

Each page shows documents of the API, made by the functions of its routes, and each form does what a route does.

- `frame/`: what all pages have in common; `templates/`, `files/`: what they look like
- `signing_in`: sign-in, sign-out, the language
- `home`, `site_page`, `plan_page`, `rotation_page`, `clients_page`: each page with its forms; `live_page`: what changes
- `move_offers`: which moves a rotation would take
- `task_page`: a task; `card_view`: its card, `seen_now`: what its servers present, `evidence_fields`: its form,
  `wrong_certificate`: a certificate that no step put in
- `site/`: a new site, its survey, a new plan; `plan/`: simulations; `rotation/`: the coverage of a gate over time
- `calendar_page`: what is due, and waited for
- `all_pages`: all of them as part of the application
"""
