"""What stands before every workflow and activity: what does not bind, who asks, signs of life, giving back.

- `binding`, `answers`: what is sent to a workflow, and answers of activities, are refused where they do not bind
- `origin`: activities act for our workflows alone
- `heartbeats`, `hand_back`: signs of life, and what SEPM has not answered for minutes
"""
