"""`python -m polybatch` is `polybatch`."""

from polybatch.cli import main

main()
