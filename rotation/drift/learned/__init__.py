"""What clients may have learned while the site was otherwise, and hold still.

- `other_certificate`: clients that may know a certificate that is not in its server any more
- `late_list`: clients that may lack a list that was put right, since their build takes lists late
- `wrong_list`: clients that may hold a server list that is not theirs any more
"""
