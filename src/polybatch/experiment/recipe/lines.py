"""The line of a TOML file that a key stands at, for messages. Not here: what is wrong with it."""

import re
from collections.abc import Sequence


def line_of(text: str, place: Sequence[str | int]) -> int:
    """The line of a key, found by reading table headers and keys; the nearest table's where the key is not there.

    `place` is the way to the key: names of tables and keys, and the number of a table of an array, from 0.
    """
    keys = [part for part in place if isinstance(part, str)]
    number = next((part for part in place if isinstance(part, int)), 0)
    table = keys[0] if keys and re.search(rf"^\s*\[+\s*{re.escape(keys[0])}\s*\]", text, re.M) else ""
    wanted = keys[1:] if table else keys
    best, current, seen = 1, "", -1
    for line_number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]", line):
            current = header[1]
            seen += current == table
            if current == table and seen == number:
                best = line_number
        elif current == table and (not table or seen == number) and wanted:
            key = re.match(r"\s*([A-Za-z0-9_\"-]+)\s*[.=]", line)
            if key and key[1].strip('"') == wanted[0]:
                return line_number
    return best
