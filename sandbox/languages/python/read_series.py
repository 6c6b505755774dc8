"""Reads what was plotted from the artists of a chart."""

import builtins

from axis_values import AxisValues, to_middle, to_name, to_number, to_text
from read_boxes import read_boxes

# Functions below keep the built-ins as they are now: the program may replace them.
__builtins__ = vars(builtins).copy()

MOST_POINTS = 1000
MOST_SERIES = 200
# Edges of bars that touch are off by less than so much of a bar's width.
TOUCHING = 1e-6
# Which one names a chart that has several.
KINDS = ("pie", "box", "histogram", "bar")


def read_series(axes):
    """Returns (series, whether some were left out)."""
    x_values, y_values = AxisValues(axes.xaxis), AxisValues(axes.yaxis)
    containers = list(axes.containers)
    bars = [container for container in containers if type(container).__name__ == "BarContainer"]
    series = _read_pie(axes)
    boxes, used = [], []
    if axes.lines:
        for vertical, values in ((True, x_values), (False, y_values)):
            found, lines = ([], []) if boxes else read_boxes(axes, values, vertical)
            boxes, used = boxes + found, used + lines
    series += boxes
    for container in bars[:MOST_SERIES]:
        if len(container.patches) > 0:
            series.append(_read_bars(container, x_values, y_values))
    series += [_read_stairs(patch, x_values, y_values) for patch in axes.patches if type(patch).__name__ == "StepPatch"]
    names, skipped = _read_parts(containers)
    skipped.update(id(line) for line in used)
    for line in axes.lines:
        if id(line) not in skipped and line.get_transform() == axes.transData and len(series) <= MOST_SERIES:
            kind = "scatter" if line.get_linestyle() == "None" else "line"
            label = names.get(id(line), line.get_label())
            series.append(_read_points(kind, label, line.get_xdata(orig=False), line.get_ydata(orig=False), x_values, y_values))
    for collection in axes.collections:
        is_scatter = type(collection).__name__ == "PathCollection" and collection.get_offset_transform() == axes.transData
        if is_scatter and len(series) <= MOST_SERIES:
            offsets = collection.get_offsets()
            series.append(_read_points("scatter", collection.get_label(), offsets[:, 0], offsets[:, 1], x_values, y_values))
    # What has no points is there for the legend.
    series = [item for item in series if item.get("points") != []]
    return series[:MOST_SERIES], len(series) > MOST_SERIES


def find_kind(series):
    kinds = [item["type"] for item in series]
    return next((kind for kind in KINDS if kind in kinds), kinds[0] if kinds else "other")


def _read_parts(containers):
    """The labels of lines that have a container for it, and the lines that are only parts of others."""
    names, skipped = {}, set()
    for container in containers:
        kind = type(container).__name__
        if kind == "ErrorbarContainer":
            data, caps, _ = container.lines
            skipped.update(id(line) for line in caps)
        elif kind == "StemContainer":
            data = container.markerline
            skipped.add(id(container.baseline))
        else:
            continue
        if data is not None:
            names[id(data)] = container.get_label()
    return names, skipped


def _choose(count):
    """Evenly chosen places of so many, the first and the last among them."""
    if count <= MOST_POINTS:
        return range(count)
    return [place * (count - 1) // (MOST_POINTS - 1) for place in range(MOST_POINTS)]


def _with_total(series, count):
    if count > MOST_POINTS:
        series["total_points"] = count
    return series


def _to_floats(numbers, places):
    """Masked ones are none."""
    masked = getattr(numbers, "mask", None)
    is_masked = masked is not None and getattr(masked, "shape", ()) != ()
    return [float("nan") if is_masked and masked[place] else float(numbers[place]) for place in places]


def _read_points(kind, label, x_data, y_data, x_values, y_values):
    count = min(len(x_data), len(y_data))
    places = _choose(count)
    points = zip(x_values.read(_to_floats(x_data, places)), y_values.read(_to_floats(y_data, places)))
    return _with_total({"type": kind, "label": to_text(label), "points": [list(point) for point in points]}, count)


def _read_bars(container, x_values, y_values):
    vertical = container.orientation != "horizontal"
    values = x_values if vertical else y_values
    count = len(container.patches)
    shapes = [_read_rectangle(container.patches[place], vertical) for place in _choose(count)]
    series = {"label": _read_label(container), "orientation": "vertical" if vertical else "horizontal"}
    if count <= MOST_POINTS and _do_touch(shapes) and not values._ticks:
        edges = [float(format(shape[0], ".12g")) for shape in shapes]
        edges.append(float(format(shapes[-1][0] + shapes[-1][1], ".12g")))
        counts = [to_number(length) for _, _, _, length in shapes]
        return {"type": "histogram", **series, "edges": values.read(edges), "counts": counts}
    categories = values.read_categories([to_middle(start, width) for start, width, _, _ in shapes])
    bars = [
        {"category": category, "value": to_number(length), **({"base": to_number(base)} if base != 0 else {})}
        for category, (_, _, base, length) in zip(categories, shapes)
    ]
    return _with_total({"type": "bar", **series, "bars": bars}, count)


def _read_label(container):
    """Histograms name their first bar alone."""
    labels = [to_text(patch.get_label()) for patch in container.patches[:2]]
    return to_text(container.get_label()) or (labels[0] if len(labels) < 2 or labels[1] is None else None)


def _read_rectangle(patch, vertical):
    """Where it begins along the axis of the categories and how wide it is, then the same across it."""
    x, y, width, height = (float(number) for number in (patch.get_x(), patch.get_y(), patch.get_width(), patch.get_height()))
    return (x, width, y, height) if vertical else (y, height, x, width)


def _do_touch(shapes):
    """As the bars of a histogram do: each begins where the one before it ends."""
    pairs = list(zip(shapes, shapes[1:]))
    return bool(pairs) and all(abs(left[0] + left[1] - right[0]) <= TOUCHING * abs(left[1]) for left, right in pairs)


def _read_stairs(patch, x_values, y_values):
    data = patch.get_data()
    vertical = patch.orientation != "horizontal"
    count = min(len(data.values), MOST_POINTS)
    edges = (x_values if vertical else y_values).read([float(edge) for edge in data.edges[: count + 1]])
    return _with_total(
        {
            "type": "histogram",
            "label": to_text(patch.get_label()),
            "orientation": "vertical" if vertical else "horizontal",
            "edges": edges,
            "counts": [to_number(value) for value in data.values[:count]],
        },
        len(data.values),
    )


def _round(number):
    """Matplotlib computes pies with numbers of 32 bits."""
    return float(format(number, ".6g"))


def _read_pie(axes):
    wedges = [patch for patch in axes.patches if type(patch).__name__ == "Wedge"]
    if not wedges:
        return []
    labels = [to_text(wedge.get_label()) for wedge in wedges]
    legend = axes.get_legend()
    texts = [text.get_text() for text in legend.get_texts()] if legend is not None else []
    if not any(labels) and len(texts) == len(wedges):
        labels = [to_name(text) for text in texts]
    slices = [
        {"label": labels[place], "fraction": _round(angle / 360), "angle": _round(angle)}
        for place, angle in ((place, float(wedges[place].theta2 - wedges[place].theta1)) for place in _choose(len(wedges)))
    ]
    return [_with_total({"type": "pie", "label": None, "slices": slices}, len(wedges))]
