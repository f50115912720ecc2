"""The very rotation code on simulated time, against an emulated site: what would happen, before anything is touched.

- `subject`, `clock`: what is simulated, and simulated time
- `drawn`: what is played; `people`: who acts in it; `played`: how it is played; `judged`: what it came to
- `__main__`: `python -m simulation`, for simulations in a process of their own
"""
