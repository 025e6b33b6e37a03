"""The colours of the page: one scale for heat maps, one palette for kinds, and which ink is readable on each."""

from collections.abc import Sequence

SCALE = (
    "#ffffd9",
    "#edf8b1",
    "#c7e9b4",
    "#7fcdbb",
    "#41b6c4",
    "#1d91c0",
    "#225ea8",
    "#253494",
    "#081d58",
)
"""ColorBrewer's YlGnBu: rises evenly in darkness, and so is safe for colour-blind readers and for print in grey."""

PALETTE = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
"""Okabe and Ito's colours, without black and yellow; the first two are told apart by every reader."""

DARK, LIGHT = "#000000", "#ffffff"  # pure: only then is one of them readable on every colour


def shade(share: float, scale: Sequence[str] = SCALE) -> str:
    """The colour at a share of a scale, 0 its first and 1 its last colour, by straight lines between colours."""
    place = min(max(share, 0.0), 1.0) * (len(scale) - 1)
    index = min(int(place), len(scale) - 2)
    pairs = zip(_channels(scale[index]), _channels(scale[index + 1]), strict=True)
    mixed = (round(low + (high - low) * (place - index)) for low, high in pairs)
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, by WCAG 2."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in _channels(colour))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, by WCAG 2: 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def ink_on(colour: str) -> str:
    """Dark or light ink, whichever stands out more on a colour."""
    return max((DARK, LIGHT), key=lambda ink: contrast(ink, colour))


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
