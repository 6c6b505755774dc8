"""Runs a Python program as `python3 main.py` would, in an interpreter that was started, and has imported, before there was a program."""

import hidden_imports

hidden_imports.start_recording()

import _signal
import builtins
import ctypes
import linecache
import os
import sys
import types
from _random import Random
from functools import partial
from gc import freeze
from os import O_CREAT, O_TRUNC, O_WRONLY, _exit, close, fchmod, getpid, kill, read, write
from os import open as open_file

from capture_results import PYPLOT, Results
from finish_program import INTERRUPTED, finish, flush_streams
from frame_stack import call_detached
from last_value import compile_in_two, run_in_two
from missing_module import describe_missing_module

# Functions below keep the built-ins as they are now: the program may replace them.
__builtins__ = vars(builtins).copy()

WORKING_FOLDER = "/workspace"
PROGRAM_NAME = "main.py"
PROGRAM_PATH = f"{WORKING_FOLDER}/{PROGRAM_NAME}"
SOURCE_DESCRIPTOR = 3
# The first byte of what is read from it; the program follows.
WITH_SVG, WITHOUT_SVG = b"s", b"-"
# What a pipe holds: room for more would be taken from the kernel, and given back, for each program.
PIECE_BYTES = 1 << 16
# Bytes of the marker that this process shares with its supervisor.
OUT_OF_MEMORY, TOLD, EXIT_CODE = 0, 1, 2
OWN_FOLDER = os.path.dirname(os.path.abspath(__file__))
# Include/compile.h
PY_FILE_INPUT = 257

_is_hidden = False
new_seed = Random.seed
_loader = type(__spec__.loader)("__main__", PROGRAM_PATH)

_fopen = ctypes.CDLL(None).fopen
_fopen.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
_fopen.restype = ctypes.c_void_p
_run_file = ctypes.pythonapi.PyRun_FileExFlags
_run_file.argtypes = [
    *(ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int),
    *(ctypes.py_object, ctypes.py_object, ctypes.c_int, ctypes.c_void_p),
]
_run_file.restype = ctypes.py_object


class Language:
    """CPython, without an exec: the supervisor's interpreter becomes the program's."""

    engine = "cpython"
    tells_news = False

    def hide_warmth(self):
        """For a zygote: what is the same for all programs, done once."""
        hide_warmth()

    def practise(self):
        """Does, of what follows, what leaves nothing behind (practise.py)."""
        reseed()
        results = Results(False)
        create_tell(None)
        compile_in_two(b"", PROGRAM_PATH)
        call_detached(partial(int))
        flush_quietly()
        results.capture()
        flush_streams(0)

    def wait_and_run(self, marker):
        hide_warmth()
        reseed()
        _signal.signal(_signal.SIGINT, _signal.default_int_handler)
        # Nothing of what this took is garbage of the program, whose own module has to be collected at its end.
        freeze()
        make_main()
        received = read_source()
        if not received:
            _exit(0)
        source = received[1:]
        write_program(source)
        results = Results(received[:1] == WITH_SVG)
        hidden_imports.when_loaded(PYPLOT, results.watch)
        run_program(marker, source, results)

    def encode_source(self, request):
        return (WITH_SVG if request["svg"] else WITHOUT_SVG) + request["code"].encode("utf-8", "replace")

    def ran_out_of_memory(self, exit_code, stderr_tail, marked):
        return marked and exit_code == 1


def reseed():
    """Makes new what a fork copies and nobody may know of another run."""
    random = hidden_imports.find_known("random")
    if random is not None:
        # Without the method that is written in Python, which has nothing to add for a generator that has made no number yet.
        new_seed(random._inst)
    numpy_random = hidden_imports.find_known("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()
    processes = hidden_imports.find_known("multiprocessing.process")
    if processes is not None:
        processes.current_process().authkey = os.urandom(32)
    threads = hidden_imports.find_known("threading")
    if threads is not None:
        threads.main_thread()._set_native_id()


def reset_signals():
    """Those that the parents of this interpreter ignore; it ignores two itself."""
    for number in _signal.valid_signals() - {_signal.SIGKILL, _signal.SIGSTOP, _signal.SIGPIPE, _signal.SIGXFSZ}:
        if _signal.getsignal(number) == _signal.SIG_IGN:
            _signal.signal(number, _signal.SIG_DFL)
    _signal.pthread_sigmask(_signal.SIG_SETMASK, ())


def hide_warmth():
    """Makes the interpreter look as it does when it starts a script. A zygote does so once, for all its clones."""
    global _is_hidden
    if _is_hidden:
        return
    _is_hidden = True
    reset_signals()
    sys.path = [WORKING_FOLDER, *hidden_imports.BASE_PATH]
    sys.path_importer_cache = {
        path: finder for path, finder in sys.path_importer_cache.items() if path in hidden_imports.BASE_PATH
    }
    hidden_imports.hide()
    hidden_imports.forget_own()
    sys.argv = [PROGRAM_NAME]
    sys.orig_argv = [sys.executable, PROGRAM_NAME]
    sys.dont_write_bytecode = False
    linecache.clearcache()


def make_main():
    main = types.ModuleType("__main__")
    main.__loader__ = _loader
    main.__dict__.update(__annotations__={}, __builtins__=builtins, __file__=PROGRAM_PATH, __cached__=None)
    sys.modules["__main__"] = main


def read_source():
    """What was encoded; nothing when whoever has the other end has left without a program."""
    received = b""
    while piece := read(SOURCE_DESCRIPTOR, PIECE_BYTES):
        received += piece
    close(SOURCE_DESCRIPTOR)
    return received


def write_program(source):
    descriptor = open_file(PROGRAM_PATH, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    fchmod(descriptor, 0o644)
    left = memoryview(source)
    while left:
        left = left[write(descriptor, left) :]
    close(descriptor)


def create_tell(marker):
    """Lets the supervisor know the exit code ahead of the process's end: to give back its memory takes milliseconds."""
    own = getpid()

    def tell(code):
        # A process that the program has forked may come to the end of the program as well.
        if getpid() == own:
            marker[EXIT_CODE] = code
            marker[TOLD] = 1
            kill(1, _signal.SIGUSR1)

    return tell


def run_program(marker, source, results):
    """Python/pythonrun.c, PyRun_SimpleFile, from the file to the exit code; then the end of the process."""
    tell = create_tell(marker)
    names = sys.modules["__main__"].__dict__
    parts = compile_in_two(source, PROGRAM_PATH)
    try:
        if parts is None:
            file = _fopen(PROGRAM_PATH.encode(), b"rb")
            call_detached(partial(_run_file, file, PROGRAM_PATH.encode(), PY_FILE_INPUT, names, names, 1, None))
        else:
            results.table = run_in_two(parts, PROGRAM_PATH, names)
        code = 0
        flush_quietly()
    except BaseException as error:  # pylint: disable=broad-except
        flush_quietly()
        if isinstance(error, MemoryError):
            marker[OUT_OF_MEMORY] = 1
        code = tell_of_uncaught(error)
    names.pop("__file__", None)
    names.pop("__cached__", None)
    del names
    finish(code, tell, results)


def flush_quietly():
    for stream in (sys.stderr, sys.stdout):
        try:
            stream.flush()
        except Exception:  # pylint: disable=broad-except
            pass


def tell_of_uncaught(error):
    """Python/pythonrun.c, PyErr_Print: shows what ended the program and returns the exit code for it."""
    if isinstance(error, SystemExit):
        return to_exit_code(error.code)
    drop_own_frames(error)
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, error.__traceback__
    hook = getattr(sys, "excepthook", None)
    try:
        if hook is None:
            print("sys.excepthook is missing", file=sys.stderr)
            hook = sys.__excepthook__
        call_detached(partial(hook, type(error), error, error.__traceback__))
    except SystemExit as exit_error:
        return to_exit_code(exit_error.code)
    except BaseException as hook_error:  # pylint: disable=broad-except
        drop_own_frames(hook_error)
        hook_error.__context__ = None
        print("Error in sys.excepthook:", file=sys.stderr)
        sys.__excepthook__(type(hook_error), hook_error, hook_error.__traceback__)
        print("\nOriginal exception was:", file=sys.stderr)
        sys.__excepthook__(type(error), error, error.__traceback__)
    if hook is sys.__excepthook__ and (sentence := describe_missing_module(error)):
        print(sentence, file=sys.stderr)
    return INTERRUPTED if type(error) is KeyboardInterrupt else 1


def drop_own_frames(error):
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(OWN_FOLDER):
        trace = trace.tb_next
    error.__traceback__ = trace


def to_exit_code(value):
    """Python/pythonrun.c, _Py_HandleSystemExit."""
    if value is None:
        return 0
    if isinstance(value, int):
        return value & 0xFF if -(2**63) <= value < 2**63 else 0xFF
    print(value, file=sys.stderr, flush=True)
    return 1
