"""Reading gates.

- `gates`: one full reading, of `full_reading`, in the numbers of `reading_counts`
- `denominator`, `seen`: the clients that a gate counts, and what its rules are made from
- `leaving_out`, `statements`: what two persons say of clients, and what an operator says of a site without REST
- `outage`, `recovering`, `moved_policies`: drills, recovery and policies that are waited for
- `silent_clients`: silent clients for which no gate waits
- `signed`, `signed_files`, `client_look`: what replaced servers sign, and what a look at clients has found;
  `published_lists`: when servers published the lists that are looked for
"""
