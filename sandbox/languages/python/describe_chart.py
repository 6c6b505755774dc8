"""Says in data what a figure of matplotlib shows."""

import builtins

from axis_values import to_text
from read_series import find_kind, read_series

# Functions below keep the built-ins as they are now: the program may replace them.
__builtins__ = vars(builtins).copy()

MOST_AXES = 20


def describe_figure(figure, image):
    """One description for each pair of axes that shows something; all have the name of the figure's image."""
    above = getattr(figure, "_suptitle", None)
    title = to_text(above.get_text()) if above is not None else None
    charts = [
        {**_describe_axes(axes, title), "image": image, "axes": index}
        for index, axes in enumerate(figure.axes[:MOST_AXES])
        if _shows_something(axes)
    ]
    return charts or [{**_describe_nothing(title), "image": image, "axes": 0}]


def leave_out_series(charts):
    """The same, for results that would be too large."""
    return [{**chart, "series": [], "thinned": True} if chart["series"] else chart for chart in charts]


def _shows_something(axes):
    if axes.get_label() == "<colorbar>" or not axes.get_visible():
        return False
    return axes.has_data() or bool(axes.patches) or bool(axes.texts) or to_text(axes.get_title()) is not None


def _describe_nothing(title):
    names = ("x_label", "y_label", "x_scale", "y_scale")
    return {"type": "other", "title": title, **dict.fromkeys(names), "series": []}


def _describe_axes(axes, title):
    chart = _describe_nothing(title)
    chart["title"] = next(
        (text for text in (to_text(axes.get_title(loc=place)) for place in ("center", "left", "right")) if text), title
    )
    chart.update(x_label=to_text(axes.get_xlabel()), y_label=to_text(axes.get_ylabel()))
    chart.update(x_scale=axes.get_xscale(), y_scale=axes.get_yscale())
    if axes.name not in ("rectilinear", "polar"):
        return chart
    try:
        series, is_cut = read_series(axes)
    except Exception:  # pylint: disable=broad-except
        # An artist of the program's own, or one that matplotlib draws although it makes no sense.
        return chart
    chart.update(type=find_kind(series), series=series)
    if is_cut or any("total_points" in item for item in series):
        chart["thinned"] = True
    return chart
