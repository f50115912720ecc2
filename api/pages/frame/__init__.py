"""What all pages have in common.

- `addresses`, `page_session`, `own_forms`: what a page is, whom a session opens it to, forms of this service alone
- `page_answers`: refusals as pages, the sign-in first, and the headers of pages
- `rendering`, `page_values`: templates by language, and how they write values
"""
