"""Claims about the report; `runs` makes the run folders that they are about."""
