"""Certificate files, keys, requests and keystores: nothing of it is SEPM's own. It touches no network and no store.

- `certificate_file`, `certificate_formats`, `parsed_certificate`: what lies in a file, and what a certificate says
- `pem`, `der`, `java_keystore`, `private_key`: the formats, read within bounds
- `opening`, `opening_child`: a child process opens what is encrypted under a password
- `new_certificate`, `new_request`, `keystores`: what is made here
- `secret_file`: files of keys and tokens, refused where others can read them
- `errors`: what cannot be used; `fingerprint`: what tells a certificate from others
"""
