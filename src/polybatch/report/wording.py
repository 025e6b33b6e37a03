"""How numbers, times and names are written, the same in every format. Plain text: no markup, no numbers worked out."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from polybatch.languages import language_name
from polybatch.measures.measures import parse_measure
from polybatch.results.store import ALL, MEAN

NOT_RECORDED = "not recorded"


def number(value: float, measure: str) -> str:
    """A value of a measure: `.123`; `1,234.5` for a rank; `+.123` or `-.123` for one of two sides; 1 stays `1.000`."""
    known = parse_measure(measure)
    if known and known.family.low < 0:
        return f"{value:+.3f}".replace("0.", ".", 1)
    return f"{value:,.1f}" if known and known.family.high > 1 else f"{value:.3f}".removeprefix("0")


def language(code: str) -> str:
    """A language's name; `mean` and `all` are told too."""
    return {MEAN: "Mean", ALL: "All languages"}.get(code) or language_name(code)


def direction(code: str) -> str:
    """`rtl` for a language that is written from right to left, else `ltr`."""
    from babel import Locale, UnknownLocaleError

    try:
        return "rtl" if Locale.parse(code).text_direction == "rtl" else "ltr"
    except (UnknownLocaleError, ValueError):
        return "ltr"


def listing(words: Iterable[object]) -> str:
    """`a`, `a and b`, `a, b and c`; empty for none."""
    *others, last = [str(word) for word in words] or [""]
    return f"{', '.join(others)} and {last}" if others else last


def plural(count: int, noun: str) -> str:
    """`1 seed`, `3 seeds`, `1,190 queries`."""
    many = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{count:,} {noun if count == 1 else many}"


def duration(seconds: float) -> str:
    """`4.2 s`, `13 min 20 s`, `2 h 5 min`."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    return f"{hours} h {minutes_left} min" if hours else f"{minutes} min {rest} s"


def machine(facts: Mapping[str, object]) -> str:
    """`Intel Xeon, 2 cores, 23.5 GiB of memory, Linux 6.1, 2 threads`; what it does not know by name comes as it is."""
    forms = {
        "processor": "{}",
        "cores": "{} cores",
        "memory_gib": "{} GiB of memory",
        "system": "{}",
        "threads": "{} threads",
    }
    told = (forms[key].format(value) if key in forms else f"{key} {value}" for key, value in facts.items())
    return ", ".join(told) or NOT_RECORDED


def date(created: str) -> str:
    """`23 November 2026, 10:00 UTC` from an ISO time; what cannot be read stays as it is."""
    try:
        when = datetime.fromisoformat(created)
    except ValueError:
        return created or NOT_RECORDED
    return f"{when.day} {when:%B %Y, %H:%M} {when.tzname() or ''}".strip()
