"""Turns positions on an axis back into what was plotted: numbers, dates or names."""

import builtins
import math
import sys

# Functions below keep the built-ins as they are now: the program may replace them.
__builtins__ = vars(builtins).copy()

DATE_CONVERTERS = ("DateConverter", "ConciseDateConverter", "_SwitchableDateConverter", "DatetimeConverter")
LONGEST_TEXT = 200
# A bar keeps its edge: its middle has the error of two additions.
SIGNIFICANT = ".12g"


def to_text(value):
    """Up to 200 characters; None for nothing, and for the names that matplotlib itself gives, which begin with an underscore."""
    text = str(value or "").strip()
    return None if not text or text.startswith("_") else text[:LONGEST_TEXT]


def to_number(value):
    """None for what JSON has no number for."""
    number = float(value)
    return number if math.isfinite(number) else None


def to_middle(start, length):
    return float(format(start + length / 2, SIGNIFICANT))


class AxisValues:
    """The values along one axis of a chart."""

    def __init__(self, axis):
        converter = type(axis.converter).__name__
        self._names = {}
        self._period = None
        self._zone = None
        self._has_dates = converter in DATE_CONVERTERS
        if converter == "StrCategoryConverter":
            self._names = {position: name for name, position in axis.units._mapping.items()}
        elif self._has_dates:
            self._zone = axis.units if hasattr(axis.units, "utcoffset") else None
        elif converter == "PeriodConverter" and axis is axis.axes.xaxis:
            self._period = getattr(axis.axes, "freq", None)
        self._ticks = self._names or _read_ticks(axis)

    def read(self, positions):
        """The values at positions, which are numbers."""
        if self._has_dates:
            num2date = sys.modules["matplotlib.dates"].num2date
            return _to_iso([num2date(position, self._zone) if math.isfinite(position) else None for position in positions], self._zone)
        if self._period is not None:
            period = sys.modules["pandas"].Period
            return _to_iso(
                [
                    period(ordinal=int(position), freq=self._period).to_timestamp() if math.isfinite(position) else None
                    for position in positions
                ],
                None,
            )
        if self._names:
            return [self._read_name(position) for position in positions]
        return [to_number(position) for position in positions]

    def read_categories(self, middles):
        """The same for bars and boxes, which stand at, or around, the ticks with their names."""
        if self._has_dates or self._period is not None or not self._ticks:
            return self.read(middles)
        places = sorted(self._ticks)
        gaps = [right - left for left, right in zip(places, places[1:])]
        reach = min((gap for gap in gaps if gap > 0), default=1) / 2
        return [self._find_tick(middle, places, reach) for middle in middles]

    def _find_tick(self, middle, places, reach):
        if not math.isfinite(middle):
            return None
        nearest = min(places, key=lambda place: abs(place - middle))
        name = self._ticks[nearest] if abs(nearest - middle) <= reach else ""
        return to_name(name) or to_number(middle)

    def _read_name(self, position):
        if position in self._names:
            return to_name(self._names[position])
        return to_number(position)


def to_name(value):
    """A category's name, which may begin with an underscore."""
    return str(value)[:LONGEST_TEXT]


def _read_ticks(axis):
    """Position -> name, where the program has named the ticks."""
    named = type(axis.get_major_formatter()).__name__ in ("FixedFormatter", "FuncFormatter")
    if not named or type(axis.get_major_locator()).__name__ != "FixedLocator":
        return {}
    places = [float(place) for place in axis.get_majorticklocs()]
    return dict(zip(places, axis.get_major_formatter().format_ticks(places)))


def _to_iso(times, zone):
    """Dates alone when no time of a day is among them."""
    known = [time for time in times if time is not None]
    if zone is None and all((time.hour, time.minute, time.second, time.microsecond) == (0, 0, 0, 0) for time in known):
        return [time and time.date().isoformat() for time in times]
    return [time and (time if zone is not None else time.replace(tzinfo=None)).isoformat() for time in times]
