"""What clients may have learned while the site was otherwise, and hold still.

- `other_certificate`: clients that may know a certificate that is not in its server any more
- `wrong_list`: clients that may hold a server list that is not theirs any more
"""
