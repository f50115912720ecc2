"""What every answer has in common, whichever route gives it.

- `request_ids`: the id of a request, in its answer, its problem and the lines that it logs
- `headers`: what browsers and caches may do with answers; `head`: HEAD wherever there is GET
- `refused_forms`: methods and media types that a path does not take
- `paging`: lists, page by page
- `problem_catalogue`, `problem_pages`: what each problem means, as `type` of a problem names it
- `answers`, `refusals`: every refusal as a problem, or beside the form of a page
- `entity_tags`: what a caller has is not sent again, and what has changed since it was read is not changed
- `encoded_tags`: those of compressed answers
- `openapi`: the API's description
- `preferences`: headers that say what a caller prefers, and gzip for those alone that want it
- `pieces`: large answers, sent as their callers read them
- `instant`: moments as callers write them
- `pages`: the API's own pages, with files of this service alone
"""
