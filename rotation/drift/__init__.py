"""The site is not as the rotation left it: how that is seen, and what follows.

- `drift`, `standing`, `lists`, `presented`, `upgraded`, `newborn`: what may differ from how a step leaves the site
- `same_location`: a location that has another id than it had
- `misplaced`: a certificate of the plan at another server than its own
- `learned`: what clients may hold still that is not right any more
- `reaction`, `judged_drift`, `restart`: what follows, what people are shown, and which gates are proven again
- `site_glance`, `policy_dates`: what can be read each minute, whether policy dates show that settings changed
- `earlier_survey`: a survey less the rotation's own changes
- `second_view`: what the REST API of another server of the site shows
"""
