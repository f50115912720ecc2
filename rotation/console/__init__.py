"""Sites without REST: what is known of them, what people say and export, and what that proves.

- `record`, `statement`, `exported`, `proof`: what is known, stated and exported, and what that proves
"""
