"""Finds the boxes of a box plot among the lines of a chart: matplotlib keeps no record of what belongs together."""

import builtins
import math

# Functions below keep the built-ins as they are now: the program may replace them.
__builtins__ = vars(builtins).copy()

# A rectangle with its first corner again; one with notches.
OUTLINES = (5, 11)
MOST_BOXES = 200
MOST_LINES = 2000
MOST_OUTLIERS = 10_000


def read_boxes(axes, position_values, vertical):
    """Returns (series, the lines they are made of). `position_values` are of the axis along which the boxes stand."""
    lines = [(line, *_read_points(line, vertical)) for line in list(axes.lines)[:MOST_LINES] if _may_belong(line)]
    outlines = [(line, along, across) for line, along, across in lines if len(along) in OUTLINES]
    for patch in axes.patches:
        if type(patch).__name__ == "PathPatch":
            # The last one closes the path.
            vertices = patch.get_path().vertices[:-1].tolist()
            if len(vertices) in OUTLINES:
                along, across = [list(numbers) for numbers in zip(*vertices)][:: 1 if vertical else -1]
                outlines.append((patch, along, across))
    series, used = [], []
    by_middle = _group_by_middle(lines)
    for outline, along, across in outlines[:MOST_BOXES]:
        middle = (min(along) + max(along)) / 2
        parts = by_middle.get(_to_key(middle), [])
        # From the first corner half around: notches may lead beyond both quartiles.
        box = _read_box(parts, outline, across[0], across[len(across) // 2])
        if box is None:
            continue
        label = position_values.read_categories([middle])[0]
        series.append(
            {
                "type": "box",
                "label": label if isinstance(label, str) or label is None else format(label, "g"),
                "orientation": "vertical" if vertical else "horizontal",
                **box,
            }
        )
        used.extend(line for line, _, _ in parts)
        used.append(outline)
    return series, used


def _may_belong(line):
    return len(line.get_xdata(orig=False)) <= (MOST_OUTLIERS if line.get_linestyle() == "None" else OUTLINES[-1])


def _read_points(line, vertical):
    """The coordinates along the axis of the boxes, and across it."""
    pair = [list(map(float, data)) for data in (line.get_xdata(orig=False), line.get_ydata(orig=False))]
    return pair if vertical else pair[::-1]


def _to_key(number):
    return format(number, ".9g")


def _group_by_middle(lines):
    groups = {}
    for line, along, across in lines:
        if along and all(map(math.isfinite, along)):
            groups.setdefault(_to_key((min(along) + max(along)) / 2), []).append((line, along, across))
    return groups


def _read_box(parts, outline, low, high):
    """None when whiskers from both ends and a median do not belong to the outline."""
    pieces = [(line, along, across) for line, along, across in parts if line is not outline]
    whiskers = [across for _, along, across in pieces if len(across) == 2 and along[0] == along[1]]
    lower = [min(across) for across in whiskers if max(across) == low]
    upper = [max(across) for across in whiskers if min(across) == high]
    if not (lower and upper):
        return None
    least, most = min(lower), max(upper)
    levels = [across[0] for _, along, across in pieces if len(across) == 2 and along[0] != along[1] and across[0] == across[1]]
    # In the order in which they are drawn: caps, if there are any, the median, a line for the mean.
    medians = [level for level in (levels[2:] if levels[:2] == [least, most] else levels) if low <= level <= high]
    if not medians:
        return None
    # Drawn last; a marker before it is the mean's.
    outliers = next((across for line, _, across in reversed(pieces) if line.get_linestyle() == "None"), [])
    beyond = [number for number in outliers if number < least or number > most]
    return {"min": least, "q1": low, "median": medians[0], "q3": high, "max": most, "outliers": beyond}
