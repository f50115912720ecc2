"""Pages of a site that have a form of their own.

- `registration_page`, `registration_form`, `limit_fields`: a new site; `offline_page`: one without REST
- `limits_page`: its limits, changed; `limits_wish`: a wish to lower them, which a second person approves
- `restore_page`: a restore by a file of originals; `recovery_page`: the plan that puts a lost certificate back;
  `order_page`: orders of certificates, listed, followed, stopped
- `survey`: its newest survey, and a new one; `server_lists`: its lists, out of exported files
- `new_plan_page`, `plan_choices`: a new plan of it; `new_certificate`: a certificate for that, made or brought
"""
