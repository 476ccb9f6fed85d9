"""`python -m scheduler` is `chipwatch`."""

from scheduler.cli import main

main()
