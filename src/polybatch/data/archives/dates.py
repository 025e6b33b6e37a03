"""Dates as archives write them, to days: which of day and month comes first is told from the column. Reads no file."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

ISO = "2024-05-31, or 31 May 2024"
LONGEST = 80  # characters of a date
TRIES = 20  # dates that the parser of all languages may fail at before it is asked no more
SECONDS = (10**8, 10**11)  # from 1973 to 5138; what is larger counts thousandths, millionths or billionths

_WEEKDAY = r"(?:[^\W\d]+\.?,?\s+)?"
_TIME = r"(?:[\s,T–-]+\d{1,2}[:.h]\d{2}.*)?"
_YEAR_FIRST = re.compile(rf"{_WEEKDAY}(\d{{4}})[/.-](\d{{1,2}})[/.-](\d{{1,2}}){_TIME}")
_YEAR_LAST = re.compile(rf"{_WEEKDAY}(\d{{1,2}})([/.-])(\d{{1,2}})[/.-](\d{{4}}|\d{{2}}){_TIME}")
_MAIL = re.compile(r"(?:[A-Za-z]{3},?\s+)?\d{1,2}\s+[A-Za-z]{3}\s+\d{4}(?:\s+\d|$)")
_COARSE = re.compile(r"(\d{4})(?:-(\d{1,2}))?")
_NONE = re.compile(r"[0:/.\-T\sZ]+")  # 0000-00-00 00:00:00, which databases write where there is none


class Dates:
    """The dates of an archive, column by column: `day` reads one, and keeps what it shows of the order of its column.

    A column has the order of its dates that can be read in one order only; where they are of both, that of more; where
    there is none, day first. So that all dates of a column are read alike, read the archive once before what is kept.
    """

    def __init__(self) -> None:
        self._orders: dict[str, Counter[str]] = {}
        self._failed = self._parsed = 0

    def day(self, value: Any, column: str) -> date | None:
        """The day of a value; None where it has none, as in `0000-00-00`. Raises ValueError where it is no date.

        Dates and times; ISO 8601; as mail and RSS write them; with the year first or last, of four digits or, last, of
        two; with the month's name in any language that dateparser knows; 2024-05 and 2024, their first day; seconds,
        thousandths, millionths or billionths since 1970. Times are of the place where they were written.
        """
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValueError
        if not isinstance(value, str):
            return _counted(value)
        text = value.strip()
        if not text or _NONE.fullmatch(text):
            return None
        if len(text) > LONGEST:
            raise ValueError
        day = to_day(text)
        return self._written(text, column) if day is None else day

    def _written(self, text: str, column: str) -> date:
        if parts := _YEAR_FIRST.fullmatch(text):
            return date(*map(int, parts.groups()))
        if parts := _YEAR_LAST.fullmatch(text):
            return self._year_last(int(parts[1]), int(parts[3]), parts[4], column, dotted=parts[2] == ".")
        if parts := _COARSE.fullmatch(text):
            return date(int(parts[1]), int(parts[2] or 1), 1)
        if re.fullmatch(r"\d+(?:\.\d+)?", text):
            return _counted(float(text))
        if len(re.findall(r"\d+", text)) < 2:
            raise ValueError  # no day or no year, which the parsers would take from today
        if (day := _english(text)) is not None:
            return day
        if self._failed >= TRIES and not self._parsed:
            raise ValueError
        day = _in_any_language(text)
        self._failed, self._parsed = self._failed + (day is None), self._parsed + (day is not None)
        if day is None:
            raise ValueError
        return day

    def _year_last(self, first: int, second: int, year: str, column: str, *, dotted: bool) -> date:
        order = self._orders.setdefault(column, Counter())
        full = int(year) if len(year) == 4 else 2000 + int(year)
        if len(year) == 2 and full > datetime.now(UTC).year + 1:
            full -= 100
        if first > 12 or second > 12:
            order["day" if first > 12 else "month"] += 1
            return date(full, second, first) if first > 12 else date(full, first, second)
        order["unclear"] += first != second and not dotted
        day_first = order["day"] >= order["month"]
        return date(full, second, first) if day_first else date(full, first, second)

    def unclear(self) -> list[tuple[str, int, str]]:
        """Columns with dates of which the order had to be assumed: the column, how many, and what was assumed."""
        found = []
        for column, order in self._orders.items():
            if order["unclear"] and (order["day"] == order["month"] or (order["day"] and order["month"])):
                found.append((column, order["unclear"], "day" if order["day"] >= order["month"] else "month"))
        return found


def to_day(text: str) -> date | None:
    """The day of a date or time in ISO 8601 or as mail and RSS write it; None where it is neither."""
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text).date() if _MAIL.match(text) else None
    except (ValueError, IndexError, TypeError):
        return None


def _counted(number: float) -> date:
    """The day of a number: a year, 20240531, or units since 1970."""
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError
    whole = int(number)
    if 1000 <= whole <= 2999 and whole == number:
        return date(whole, 1, 1)
    if 10_000_000 <= whole < SECONDS[0]:
        return date(whole // 10_000, whole // 100 % 100, whole % 100)
    for unit in (1, 10**3, 10**6, 10**9):
        if SECONDS[0] <= number / unit < SECONDS[1]:
            return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=number / unit)).date()
    raise ValueError


@lru_cache(maxsize=1024)
def _english(text: str) -> date | None:
    """The day of a date with an English name of a month, wherever it stands."""
    from dateutil import parser

    days = set()
    for rest in (datetime(2001, 1, 1), datetime(2002, 2, 2)):  # what the text does not say comes from here
        try:
            days.add(parser.parse(text, default=rest, ignoretz=True).date())
        except (ValueError, OverflowError, TypeError, ArithmeticError):
            return None
    return days.pop() if len(days) == 1 else None


@lru_cache(maxsize=1024)
def _in_any_language(text: str) -> date | None:
    """The day of a date with the name of a month in one of 200 languages; None for `yesterday`, or without a year."""
    try:
        found = _parser().get_date_data(text).date_obj
    except Exception:  # of whatever kind: it is the library's, and says that this is no date
        return None
    return found.date() if found else None


@lru_cache(maxsize=1)
def _parser() -> Any:
    from dateparser.date import DateDataParser

    settings = {"PARSERS": ["absolute-time"], "STRICT_PARSING": True, "DATE_ORDER": "DMY"}
    return DateDataParser(settings=settings | {"PREFER_LOCALE_DATE_ORDER": False})
