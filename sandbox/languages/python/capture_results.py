"""Keeps what a program shows beside what it prints: its figures, and the table on its last line.

A figure is drawn in a child of the program's process, which nothing comes back from but bytes: the program's objects, streams and
signals stay as they are, whatever drawing does. The bytes are written to files when the program's last line has run.
"""

import builtins
import os
import sys
from json import dumps
from os import getpid
from time import monotonic
from weakref import ref

from ask_child import ask_child, read_records
from write_results import CHARTS, CHARTS_ALONE, DONE, PNG, SVG, TABLE, write_files

# Functions below keep the built-ins as they are now: the program may replace them.
__builtins__ = vars(builtins).copy()

PYPLOT = "matplotlib.pyplot"
MOST_FIGURES = 10
# In all; what takes longer is left out.
SECONDS = 10
# The supervisor hands over 16 MiB.
MOST_BYTES = 15 << 20
MOST_IMAGE_BYTES = 4 << 20
LONGEST_SIDE_PIXELS = 4096
PADDING_INCHES = 0.1
OWN_FOLDER = os.path.dirname(os.path.abspath(__file__))

_describers = []


def prepare():
    """Loads what describes figures and tables: ahead in an interpreter that has matplotlib, else in the child that needs it."""
    if not _describers:
        sys.path.insert(0, OWN_FOLDER)
        from describe_chart import describe_figure, leave_out_series
        from describe_table import describe_table

        sys.path.remove(OWN_FOLDER)
        _describers.extend((describe_figure, leave_out_series, describe_table))
    return _describers


def practise(figure):
    """Does ahead what is the same for every figure."""
    prepare()[0](figure, "")
    _save(figure, "png")


class Results:
    """What one program shows."""

    table = None
    _seconds = SECONDS
    _bytes = MOST_BYTES
    _table = None

    def __init__(self, with_svg):
        self._with_svg = with_svg
        self._process = getpid()
        # Figures as (number of the image, its records), and those that have not changed since they were drawn.
        self._drawn = []
        self._shown = {}

    def watch(self):
        """Draws figures when they are shown, as the program may change or close them afterwards. Called when pyplot is loaded."""
        try:
            manager_kind = sys.modules["matplotlib.backend_bases"].FigureManagerBase
            original = manager_kind.show

            def show(self_):
                self._capture_shown(self_)
                return original(self_)

            show.__doc__, show.__qualname__, show.__module__ = original.__doc__, original.__qualname__, original.__module__
            manager_kind.show = show
        except Exception:  # pylint: disable=broad-except
            pass  # A module of the program's own under this name.

    def _capture_shown(self, manager):
        try:
            figure = manager.canvas.figure
            if self._is_new(figure):
                self._capture([figure], None)
                self._shown[id(figure)] = ref(figure)
                figure.stale = False
        except BaseException:  # pylint: disable=broad-except
            pass

    def capture(self):
        """Draws what is open and was not shown as it is now. Never raises, and nothing of it is seen."""
        try:
            figures = list(filter(self._is_new, _find_open_figures()))
            if figures or self.table is not None:
                self._capture(figures, self.table)
        except BaseException:  # pylint: disable=broad-except
            pass
        self.table = None

    def _is_new(self, figure):
        shown = self._shown.get(id(figure))
        return shown is None or shown() is not figure or figure.stale

    def _capture(self, figures, table):
        first = len(self._drawn) + 1
        figures = figures[: MOST_FIGURES - len(self._drawn)]
        if getpid() != self._process or self._seconds <= 0 or not (figures or table is not None):
            return
        started = monotonic()
        sent = ask_child(lambda send: self._draw(send, figures, first, table), self._seconds, self._bytes)
        self._seconds -= monotonic() - started
        self._bytes -= len(sent)
        records = {}
        for kind, content in read_records(sent):
            if kind == TABLE:
                self._table = content
            elif kind == DONE:
                self._drawn.append((int(content), records))
                records = {}
            else:
                records[kind] = content

    def _draw(self, send, figures, first, table):
        """In the child."""
        describe_figure, leave_out_series, describe_table = prepare()
        if table is not None:
            try:
                send(TABLE, dumps(describe_table(table)).encode())
            except Exception:  # pylint: disable=broad-except
                pass
        number = first
        for figure in figures:
            try:
                # Data first: what draws a figure may change its axes' limits, never its data.
                charts = describe_figure(figure, f"chart-{number}.png")
                image = _save(figure, "png")
                drawing = _save(figure, "svg") if self._with_svg else None
            except Exception:  # pylint: disable=broad-except
                continue
            send(PNG, image)
            if drawing is not None and len(drawing) <= MOST_IMAGE_BYTES:
                send(SVG, drawing)
                charts = [{**chart, "svg": f"chart-{number}.svg"} for chart in charts]
            send(CHARTS, _to_json(charts))
            send(CHARTS_ALONE, _to_json(leave_out_series(charts)))
            send(DONE, b"%d" % number)
            number += 1

    def write(self):
        """Writes the files. Never raises."""
        try:
            if (self._drawn or self._table) and getpid() == self._process:
                write_files(self._drawn, self._table)
        except BaseException:  # pylint: disable=broad-except
            pass


def _to_json(charts):
    """The charts as they go into a list."""
    return ",".join(dumps(chart, allow_nan=False, separators=(",", ":")) for chart in charts).encode()


def _find_open_figures():
    """In the order of their numbers, without those that show nothing."""
    if PYPLOT not in sys.modules:
        return []
    managers = sys.modules["matplotlib._pylab_helpers"].Gcf.figs
    figures = [managers[number].canvas.figure for number in sorted(managers)]
    return [figure for figure in figures if len(figure.get_children()) > 1]


def _save(figure, kind):
    """The bytes of an image of all that is on the figure, as notebooks show it, no side longer than 4,096 pixels."""
    import io

    from matplotlib.transforms import Bbox

    own = figure.get_size_inches()
    # Whatever measures the figure draws it as large as it is.
    figure.set_dpi(min(figure.dpi, (LONGEST_SIDE_PIXELS - 1) / max(own)))
    figure.draw_without_rendering()
    box = figure.get_tightbbox(figure.canvas.get_renderer() if hasattr(figure.canvas, "get_renderer") else None)
    box = box.padded(PADDING_INCHES)
    size = max(box.width, box.height)
    # Something far away from the axes would leave them tiny.
    if not 0 < size <= 4 * max(own):
        box, size = Bbox([[0, 0], own]), max(own)
    dpi = min(figure.dpi, (LONGEST_SIDE_PIXELS - 1) / size)
    while True:
        buffer = io.BytesIO()
        figure.savefig(buffer, format=kind, bbox_inches=box, dpi=dpi)
        if kind == "svg" or buffer.tell() <= MOST_IMAGE_BYTES:
            return buffer.getvalue()
        dpi /= 2
