"""`python -m api`: see `api.serving`."""

from api.serving.command import main

if __name__ == "__main__":
    main()
