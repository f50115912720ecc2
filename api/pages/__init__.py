"""The page at `/`, for people: what needs a person now, sites, rotations, tasks and plans, in English and Czech.

Each page shows documents of the API, made by the functions of its routes, and each form does what a route does.

- `addresses`, `page_session`, `own_forms`: what a page is, whom a session opens it to, forms of this service alone
- `page_answers`: refusals as pages, and the headers of pages
- `rendering`, `page_values`: templates, and how they write values; `files/`, `templates/`
- `signing_in`: sign-in, sign-out, the language
- `home`, `site_page`, `plan_page`, `rotation_page`, `task_page`: one module for each page and its forms
"""
