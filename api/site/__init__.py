"""Sites: registration, surveys, trusted fingerprints, networks, the inventory, and what a site without REST exports.

- `sites`, `site_document`, `shown_site`, `console_document`: `/v1/sites`, with or without REST
- `first_contact`, `trust`, `trust_document`: trusted fingerprints
- `surveys`, `survey_document`, `fresh_survey`: surveys, and whether one is recent enough
- `limits`, `http_reach`, `client_exports`: limits, networks, exports of a site without REST
- `inventory`, `inventory_document`: which certificate is where
"""
