"""What CPython does between the last line of a program and the end of its process (Modules/main.c, Python/pylifecycle.c)."""

import atexit
import builtins
import gc
import signal
import sys
import weakref
from functools import partial
from os import _exit, getpid, kill

from frame_stack import call_detached
from hidden_imports import find_known

# Functions below keep the built-ins as they are now: the program may replace them.
__builtins__ = vars(builtins).copy()

# Python/pylifecycle.c, sys_deletes: what is gone before the program's objects are.
FORGOTTEN = (
    "path argv ps1 ps2 last_type last_value last_traceback path_hooks path_importer_cache meta_path __interactivehook__"
).split()
# Long enough that no thread gets its turn any more.
NEVER_SECONDS = 1000
INTERRUPTED = None


def finish(code, tell, results):
    """Keeps the results, tells the code and ends the process with it.

    The code is 120 when standard output cannot be flushed; when it was INTERRUPTED, the process ends by SIGINT.
    """
    threads = sys.modules.get("threading")
    try:
        call_detached(partial(getattr(threads, "_shutdown", int)))
    except BaseException as error:  # pylint: disable=broad-except
        _tell_of_ignored(threads, error)
    # Of what matplotlib does at exit, the first is to close all figures.
    results.capture()
    call_detached(atexit._run_exitfuncs)
    code = flush_streams(code)
    streams = (sys.__stdout__, sys.__stderr__)
    try:
        _delete_objects()
    except Exception:  # pylint: disable=broad-except
        pass  # As little is left of the interpreter at this point as of the program.
    for stream in streams:
        _flush(stream, False)
    results.write()
    if code is INTERRUPTED:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        kill(getpid(), signal.SIGINT)
    tell(code)
    _exit(code)


def _delete_objects():
    """Deletes the program's modules, for what their objects do when they are deleted. Those of the interpreter would take long."""
    sys.setswitchinterval(NEVER_SECONDS)
    # What is garbage by now may still import modules when it is deleted.
    if gc.isenabled():
        gc.collect()
    for name in FORGOTTEN:
        setattr(sys, name, None)
    sys.stdin, sys.stdout, sys.stderr = sys.__stdin__, sys.__stdout__, sys.__stderr__
    own = []
    for name, module in list(sys.modules.items()):
        if module is not None and find_known(name) is not module:
            own.append(weakref.ref(module))
        del module
        sys.modules[name] = None
    sys.modules.clear()
    gc.collect()
    for reference in reversed(own):
        module = reference()
        if module is not None:
            _clear(module.__dict__)


def _clear(names):
    """Objects/moduleobject.c, _PyModule_ClearDict: first the names with one underscore, then all others."""
    for name in [name for name in names if name[0] == "_" and name[1:2] != "_"]:
        names[name] = None
    for name in [name for name in names if name != "__builtins__"]:
        names[name] = None


def flush_streams(code):
    out, error = sys.stdout, sys.stderr
    are_flushed = _flush(out, True)
    are_flushed &= _flush(error, error is sys.stdout)
    return code if are_flushed or code is INTERRUPTED else 120


def _flush(stream, tells):
    try:
        if stream is not None and not getattr(stream, "closed", False):
            stream.flush()
        return True
    except BaseException as error:  # pylint: disable=broad-except
        if tells:
            _tell_of_ignored(stream, error)
        return False


def _tell_of_ignored(where, error):
    """As the default sys.unraisablehook, whose argument only the interpreter can make."""
    try:
        print(f"Exception ignored in: {where!r}", file=sys.stderr)
        sys.__excepthook__(type(error), error.with_traceback(None), None)
    except BaseException:  # pylint: disable=broad-except
        pass
