"""Runs a Python program in a fork of the supervisor as `python3 main.py` would, without a file."""

import builtins
import linecache
import os
import signal
import sys
import threading
import traceback
import types

WORKING_FOLDER = "/workspace"
PROGRAM_NAME = "main.py"
PROGRAM_PATH = f"{WORKING_FOLDER}/{PROGRAM_NAME}"
OWN_FOLDER = "/sandbox/"
BUILT_IN_HOOK = sys.__excepthook__


class Language:
    """CPython, without an exec: the supervisor's interpreter becomes the program's."""

    def prepare(self, request):
        pass

    def take_descriptors(self):
        return []

    def release(self):
        pass

    def run(self, request, marker):
        os._exit(run_as_main(request["code"].encode("utf-8", "replace"), marker))

    def ran_out_of_memory(self, exit_code, stderr_tail, marked):
        return marked and exit_code == 1

    def read_engine(self):
        return "cpython"


def run_as_main(source, marker):
    """Runs the program to its end and returns its exit code, as Py_RunMain and Py_Finalize do together."""
    main = become_main(source)

    def execute():
        code = compile(source, PROGRAM_PATH, "exec", dont_inherit=True)
        # The program may recurse as deep as if these frames, and two calls through C, were not below it.
        sys.setrecursionlimit(sys.getrecursionlimit() + len(inspect_stack()) + 2)
        exec(code, main.__dict__)

    code = run_guarded(execute, marker)
    # The interpreter waits for threads before it runs what was registered for its exit.
    run_guarded(threading._shutdown, marker)
    run_guarded(run_exit_functions, marker)
    return flush_streams(code)


def inspect_stack():
    """The frames of the caller and below."""
    return list(traceback.walk_stack(sys._getframe(1)))


def become_main(source):
    """Makes the interpreter look as it does when it starts a script."""
    for name, module in list(sys.modules.items()):
        if (getattr(module, "__file__", None) or "").startswith(OWN_FOLDER):
            del sys.modules[name]
    main = types.ModuleType("__main__")
    main.__dict__.update(
        __builtins__=builtins, __file__=PROGRAM_PATH, __cached__=None, __annotations__={}
    )
    main.__loader__ = type(__spec__.loader)("__main__", PROGRAM_PATH)
    sys.modules["__main__"] = main
    sys.argv = [PROGRAM_NAME]
    sys.orig_argv = ["python3", PROGRAM_NAME]
    sys.path = [WORKING_FOLDER] + [path for path in sys.path if not path.startswith(OWN_FOLDER)]
    sys.path_importer_cache.clear()
    sys.dont_write_bytecode = False
    # No time of change: the module then never looks for the file, which is nowhere.
    text = source.decode("utf-8", "replace")
    linecache.cache[PROGRAM_PATH] = (len(source), None, text.splitlines(True), PROGRAM_PATH)
    sys.excepthook = sys.__excepthook__ = show_exception
    threading.excepthook = threading.__excepthook__ = show_thread_exception
    return main


def run_guarded(call, marker):
    """Calls and returns the exit code that the interpreter gives for what came out of the call."""
    try:
        call()
        return 0
    except SystemExit as error:
        return to_exit_code(error.code)
    except BaseException as error:
        if isinstance(error, MemoryError):
            marker[0] = 1
        display_uncaught(error)
        if isinstance(error, KeyboardInterrupt):
            flush_streams(0)
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
        return 1


def to_exit_code(value):
    if value is None:
        return 0
    if isinstance(value, int):
        return value & 0xFF if -(2**63) <= value < 2**63 else 0xFF
    flush_stream(sys.stdout)
    print(value, file=sys.stderr, flush=True)
    return 1


def display_uncaught(error):
    flush_stream(sys.stdout)
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(OWN_FOLDER):
        trace = trace.tb_next
    error.__traceback__ = trace
    hook = getattr(sys, "excepthook", None)
    try:
        (hook or show_exception)(type(error), error, trace)
    except SystemExit as exit_error:
        os._exit(flush_streams(to_exit_code(exit_error.code)))
    except BaseException as hook_error:
        print("Error in sys.excepthook:", file=sys.stderr)
        show_exception(type(hook_error), hook_error, hook_error.__traceback__)
        print("\nOriginal exception was:", file=sys.stderr)
        show_exception(type(error), error, trace)
    flush_stream(sys.stderr)


def show_exception(kind, error, trace):
    """The built-in hook reads source lines from the file, which is nowhere; this one reads them from linecache."""
    if sys.stderr is None:
        return
    if trace is None and isinstance(error, SyntaxError):
        # It carries its line with it, and the built-in hook marks the place in its own way.
        BUILT_IN_HOOK(kind, error, trace)
    else:
        traceback.print_exception(kind, error, trace, file=sys.stderr)


def show_thread_exception(arguments):
    if arguments.exc_type is SystemExit or sys.stderr is None:
        return
    name = arguments.thread.name if arguments.thread is not None else threading.get_ident()
    print(f"Exception in thread {name}:", file=sys.stderr)
    show_exception(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)


def run_exit_functions():
    import atexit

    atexit._run_exitfuncs()


def flush_streams(code):
    """As the interpreter at its end: what cannot be flushed to standard output makes the exit code 120."""
    if not flush_stream(sys.stdout):
        return 120
    flush_stream(sys.stderr)
    return code


def flush_stream(stream):
    try:
        if stream is not None and not stream.closed:
            stream.flush()
        return True
    except BaseException:
        return False
