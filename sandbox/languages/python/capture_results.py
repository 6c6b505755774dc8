"""Keeps what a program shows beside what it prints: its figures, and the table on its last line.

A figure is drawn in a child of the program's process, which nothing comes back from but bytes: the program's objects, streams and
signals stay as they are, whatever drawing does. The bytes are written to files when the program's last line has run.
"""

import _signal
import builtins
import ctypes
import gc
import os
import select
import sys
from json import dumps
from os import _exit, close, dup, dup2, getpid, kill, listdir, pipe, read, uname, waitpid, write
from time import monotonic
from weakref import ref

# Functions below keep the built-ins as they are now: the program may replace them.
__builtins__ = vars(builtins).copy()

FOLDER = "/workspace/.results"
PYPLOT = "matplotlib.pyplot"
MOST_FIGURES = 10
# In all; what takes longer is left out.
SECONDS = 5
# The supervisor hands over 16 MiB.
MOST_BYTES = 15 << 20
MOST_IMAGE_BYTES = 4 << 20
MOST_RESULTS_BYTES = 512 << 10
# Of results.json, for what is not a chart.
OTHER_BYTES = 48 << 10
LONGEST_SIDE_PIXELS = 4096
PADDING_INCHES = 0.1
PIECE_BYTES = 1 << 20
# Kinds of records that a child sends.
PNG, SVG, CHARTS, CHARTS_ALONE, TABLE, DONE = b"PSCATD"
HEADER_BYTES = 5
# The system call without a signal at the child's end, of which the program would hear; waiting for such a child needs __WALL.
CLONE_NUMBERS = {"x86_64": 56, "aarch64": 220}
WAIT_ALL = 0x40000000
OWN_FOLDER = os.path.dirname(os.path.abspath(__file__))

_PYTHON = ctypes.PyDLL(None)
_PYTHON.syscall.argtypes = [ctypes.c_long] * 6
_PYTHON.syscall.restype = ctypes.c_long
_clone_number = CLONE_NUMBERS.get(uname().machine)
_fork = os.fork
_sigmask, _setmask, _all_signals = _signal.pthread_sigmask, _signal.SIG_SETMASK, _signal.valid_signals()
_settrace, _setprofile = sys.settrace, sys.setprofile

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

    def __init__(self, with_svg):
        self.table = None
        self._with_svg = with_svg
        self._process = getpid()
        self._seconds = SECONDS
        self._bytes = MOST_BYTES
        # Figures as (number of the image, its records), and those that have not changed since they were drawn.
        self._drawn = []
        self._shown = {}
        self._table = None

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
            figures = [figure for figure in _find_open_figures() if self._is_new(figure)]
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
        mask = _sigmask(_setmask, _all_signals)
        try:
            started = monotonic()
            sent = _ask_child(lambda send: self._draw(send, figures, first, table), self._seconds, self._bytes)
            self._seconds -= monotonic() - started
            self._bytes -= len(sent)
        finally:
            _sigmask(_setmask, mask)
        records = {}
        for kind, content in _read_records(sent):
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
                _write_files(self._drawn, self._table)
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


def _ask_child(work, seconds, most_bytes):
    """What a child sends until it is done or the time is over, when it is killed."""
    inside, outside = pipe()
    child = None
    try:
        child = _start_child()
        if child == 0:
            _become_child(work, outside)
        close(outside)
        outside = None
        return _read_all(inside, monotonic() + seconds, most_bytes)
    finally:
        for descriptor in (inside, outside):
            if descriptor is not None:
                close(descriptor)
        if child is not None:
            kill(child, _signal.SIGKILL)
            waitpid(child, WAIT_ALL)


def _start_child():
    # With other threads, the interpreter has much to put right in the child.
    if _clone_number is None or len(listdir("/proc/self/task")) > 1:
        return _fork()
    child = _PYTHON.syscall(_clone_number, 0, 0, 0, 0, 0)
    if child < 0:
        raise OSError("clone")
    return child


def _become_child(work, descriptor):
    try:
        _settrace(None)
        _setprofile(None)
        gc.disable()
        while descriptor <= 2:
            descriptor = dup(descriptor)
        null = os.open("/dev/null", os.O_RDWR)
        for standard in range(3):
            dup2(null, standard)

        def send(kind, content):
            left = memoryview(bytes((kind,)) + len(content).to_bytes(4, "big") + content)
            while left:
                left = left[write(descriptor, left) :]

        work(send)
    except BaseException:  # pylint: disable=broad-except
        pass
    finally:
        while True:
            _exit(0)


def _read_all(descriptor, deadline, most_bytes):
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    pieces = []
    while (left := deadline - monotonic()) > 0 and most_bytes > 0 and poll.poll(left * 1000):
        piece = read(descriptor, PIECE_BYTES)
        if not piece:
            break
        pieces.append(piece)
        most_bytes -= len(piece)
    return b"".join(pieces)


def _read_records(sent):
    """The complete ones."""
    place = 0
    while place + HEADER_BYTES <= len(sent):
        end = place + HEADER_BYTES + int.from_bytes(sent[place + 1 : place + HEADER_BYTES], "big")
        if end > len(sent):
            return
        yield sent[place], sent[place + HEADER_BYTES : end]
        place = end


def _write_files(drawn, table):
    try:
        os.mkdir(FOLDER)
    except FileExistsError:
        pass
    kept = []
    for number, records in drawn:
        try:
            _write_file(f"chart-{number}.png", records[PNG])
            if SVG in records:
                _write_file(f"chart-{number}.svg", records[SVG])
            kept.append(records)
        except OSError:
            pass
    charts = [records[CHARTS] for records in kept]
    # The largest lose their data first.
    for place in sorted(range(len(charts)), key=lambda place: -len(charts[place])):
        if sum(map(len, charts)) > MOST_RESULTS_BYTES - OTHER_BYTES:
            charts[place] = kept[place][CHARTS_ALONE]
    content = b'{"charts":[%s],"table_markdown":%s}' % (b",".join(charts), table or b"null")
    if len(content) <= MOST_RESULTS_BYTES:
        _write_file("results.json", content)


def _write_file(name, content):
    path = f"{FOLDER}/{name}"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644)
    try:
        left = memoryview(content)
        while left:
            left = left[write(descriptor, left) :]
    except OSError:
        os.unlink(path)
        raise
    finally:
        close(descriptor)
