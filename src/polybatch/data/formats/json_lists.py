"""A JSON file with a list of objects, streamed, and JSON files that are read whole. Not here: JSONL."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from polybatch.data.formats.bounds import LINE, BadLine, Faults
from polybatch.data.formats.lines import AGAIN
from polybatch.errors import Fault
from polybatch.files import why_unreadable

CHUNK = 1 << 20  # bytes of a JSON file read at once
WHOLE = 1 << 27  # bytes of a JSON file that is read whole
NOT_UTF8 = "not UTF-8"


def list_rows(path: Path, faults: Faults, *, bad: BadLine | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a JSON file that holds one list, each with its place, one at a time.

    A break in the file, and an element of more than LINE characters, are a fault at its line; what stands before it is
    returned. An element that is no object goes to `bad`, or to `faults` too.
    """
    bad = bad or faults.append
    decoder = json.JSONDecoder()
    buffer, position, line, number, ended = "", 0, 1, 0, False
    try:
        with path.open(encoding="utf-8-sig") as file:

            def more() -> bool:
                nonlocal buffer, position, line, ended
                chunk = "" if ended else file.read(CHUNK)
                ended = not chunk
                line += buffer.count("\n", 0, position)
                buffer, position = buffer[position:] + chunk, 0
                return not ended

            def skip(characters: str) -> str:
                nonlocal position
                while True:
                    while position < len(buffer) and buffer[position] in characters:
                        position += 1
                    if position < len(buffer):
                        return buffer[position]
                    if not more():
                        return ""

            if skip(" \t\r\n") != "[":
                faults.append(Fault(f"{path}:{line}", "not a list of JSON objects", "[{...}, {...}]"))
                return
            position += 1
            while (character := skip(" \t\r\n,")) != "]":
                try:
                    value, end = decoder.raw_decode(buffer, position)
                except (ValueError, RecursionError) as error:
                    if character and _may_go_on(error, buffer) and len(buffer) - position < LINE and more():
                        continue
                    where = f"{path}:{line + buffer.count(chr(10), 0, position)}"
                    found = "the file ends before its list does" if ended else f"broken JSON: {error}"
                    faults.append(Fault(where, found, AGAIN))
                    return
                if end == len(buffer) and more():
                    continue  # a number may go on
                where = f"{path}:{line + buffer.count(chr(10), 0, position)}"
                number, position = number + 1, end
                if isinstance(value, dict):
                    yield f"{where} (row {number})", value
                else:
                    bad(Fault(where, "not a JSON object", "a list of objects"))
    except OSError as error:
        faults.append(Fault(str(path), why_unreadable(error)))
    except UnicodeDecodeError as error:
        faults.append(Fault(f"{path}:{line}", f"{NOT_UTF8} after this line: {error.reason}", AGAIN))


def _may_go_on(error: Exception, buffer: str) -> bool:
    """Whether broken JSON may be sound once more of the file is read: it breaks off at the end, or within a string."""
    return isinstance(error, json.JSONDecodeError) and (
        error.pos > len(buffer) - 16 or error.msg.startswith("Unterminated string")
    )


def whole_json(path: Path, faults: Faults) -> Any:
    """What a JSON file holds, read whole; None, and a fault at its line, where it cannot be read or is over WHOLE."""
    try:
        with path.open("rb") as file:
            data = file.read(WHOLE + 1)
        if len(data) > WHOLE:
            faults.append(Fault(str(path), f"JSON of more than {WHOLE >> 20} MiB that is no list", "a list, or JSONL"))
            return None
        return json.loads(data.decode("utf-8-sig"))
    except OSError as error:
        faults.append(Fault(str(path), why_unreadable(error)))
    except json.JSONDecodeError as error:
        faults.append(Fault(f"{path}:{error.lineno}", f"broken JSON: {error.msg}", AGAIN))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        faults.append(Fault(f"{path}:{line}", f"byte 0x{error.object[error.start]:02x} is {NOT_UTF8}", AGAIN))
    except (ValueError, RecursionError) as error:
        faults.append(Fault(str(path), f"broken JSON: {error}", AGAIN))
    return None
