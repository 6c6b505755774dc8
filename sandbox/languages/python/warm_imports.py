"""What a warm interpreter imports before there is a program."""

import gc
import importlib
import io
import os

import hidden_imports
from fill_holes import fill_holes

# What programs use most and nothing large. Each clone copies the page tables of all this, and `threading`, which larger modules
# import, adds half a millisecond to each fork: who imports asyncio or unittest pays for it, and still starts before a fresh interpreter.
LIGHT = """
abc array base64 bisect cmath collections.abc contextlib copy csv dataclasses datetime decimal enum fractions functools heapq io itertools
json linecache math numbers operator random re statistics string struct textwrap time traceback types typing warnings weakref
""".split()

HEAVY = ("numpy", "numpy.random", "pandas", "matplotlib", "matplotlib.pyplot", "matplotlib.backends.backend_agg")

# CPython compiles for the types that it sees what has been called so often (Python/specialize.c), and writes to it until it has.
PRACTISED = 12

WAITS = 500
WAIT_SECONDS = 0.01


def warm(kind):
    """Imports for "light" the standard library's common modules, for "heavy" the data libraries that are there as well.

    Raises RuntimeError when a library has left a thread running: a fork would not have it.
    """
    hidden_imports.start_recording()
    hidden_imports.forget_unrecorded()
    if kind == "heavy":
        # First: their extension modules look for what is loaded in ways that leave no record.
        _import_data_libraries()
    for name in LIGHT:
        importlib.import_module(name)
    # For the clones, which would compile it each time: its folder is not writable.
    importlib.import_module("run_python")
    if kind == "heavy":
        _wait_for_threads()
    importlib.import_module("practise").practise()
    gc.collect()
    fill_holes()
    hidden_imports.hide()
    hidden_imports.prepare_to_show((*LIGHT, *HEAVY))


def _wait_for_threads():
    """Matplotlib measures with a thread how long it looks for fonts. Those of programs are counted from 1 all the same."""
    import itertools
    import threading
    import time

    for _ in range(WAITS):
        if len(os.listdir("/proc/self/task")) == 1:
            threading._counter = itertools.count(1).__next__
            return
        time.sleep(WAIT_SECONDS)
    raise RuntimeError(f"threads run after the imports: {threading.enumerate()}")


def _import_data_libraries():
    # Pandas imports it where it is there, and then it starts threads, which no fork would have.
    os.environ["NUMEXPR_NUM_THREADS"] = "1"
    for name in HEAVY:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    for practise in (_draw, _compute):
        try:
            for _ in range(PRACTISED):
                practise()
        except ImportError:
            pass
    del os.environ["NUMEXPR_NUM_THREADS"]


def _draw():
    """Finds the fonts and builds what every first chart builds, without pyplot's state."""
    import matplotlib.font_manager
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.plot([1, 2], [3, 4], label="line")
    axes.bar(["a", "b"], [1, 2])
    axes.set_title("Title")
    axes.legend()
    importlib.import_module("capture_results").practise(figure)
    # It holds fonts' files open, which clones close; a fork would empty it anyway.
    matplotlib.font_manager._get_font.cache_clear()


def _compute():
    """What most programs do with a table."""
    import pandas

    text = "kind,day,amount\na,2024-01-01,1.5\nb,2024-01-02,2\na,2024-01-03,\n"
    table = pandas.read_csv(io.StringIO(text), parse_dates=["day"])
    table["double"] = table["amount"].fillna(0) * 2
    table.groupby("kind")["double"].agg(["sum", "max"]).reset_index().to_json()
    table.groupby("kind", as_index=False).agg({"amount": "mean"}).sort_values("amount").to_dict("records")
    table.merge(table[["kind"]].drop_duplicates(), on="kind").pivot_table(index="day", columns="kind", values="double")
    table.set_index("day")["double"].resample("D").sum()
    frame = pandas.DataFrame({"name": ["x", "y"] * 5, "n": range(10)})
    frame[frame["n"] > 3].head().to_string()
    repr(frame.describe())
    frame.to_csv(index=False)
    frame["name"].value_counts()
