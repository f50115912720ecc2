"""Pages of a site that have a form of their own.

- `registration_page`, `registration_form`, `limit_fields`: a new site
- `survey`: its newest survey, and a new one
- `new_plan_page`, `plan_choices`: a new plan of it
"""
