"""What all pages have in common.

- `addresses`: which paths are pages; `page_session`: a session opens them
- `own_forms`: forms come from these pages only; `once`: what a form asks is done once
- `page_answers`: refusals as pages, the sign-in first, and the headers of pages
- `rendering`, `page_values`: templates by language, and how they write values
- `refused_form`: what is wrong stands beside the field that it is about; `csv_file`: a table as a file
"""
