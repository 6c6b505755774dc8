"""Calls the program so that it finds no frame of this package below its own.

Without this, `traceback.print_stack()`, `inspect.stack()`, the `stacklevel` of warnings and the depth at which recursion ends would
tell of it. The layout of the thread's state is that of CPython 3.11 (Include/cpython/pystate.h, Include/internal/pycore_frame.h);
other versions show the frames.
"""

import builtins
import ctypes
import sys

# Functions below keep the built-ins as they are now: the program may replace them.
__builtins__ = vars(builtins).copy()

_THREAD_CFRAME = 56
_THREAD_RECURSION_REMAINING = 32
_THREAD_RECURSION_LIMIT = 36
_CFRAME_CURRENT = 8
_FRAME_OBJECT_FRAME = 24
# The calls between `call_detached` and the program, by which its recursion would end too soon.
_OWN_CALLS = 2

_IS_KNOWN = (
    sys.implementation.name == "cpython"
    and sys.version_info[:2] == (3, 11)
    and ctypes.sizeof(ctypes.c_void_p) == 8
)

_get_thread_state = ctypes.pythonapi.PyThreadState_Get
_get_thread_state.restype = ctypes.c_void_p
_get_thread_state.argtypes = []


_set_trace = ctypes.pythonapi.PyEval_SetTrace
_set_profile = ctypes.pythonapi.PyEval_SetProfile
for _function in (_set_trace, _set_profile):
    _function.restype = None
    _function.argtypes = [ctypes.c_void_p, ctypes.c_void_p]


def call_detached(call):
    """Calls something that is written in C, as frames of Python functions are linked without a look at the thread's state."""
    state = _get_thread_state()
    current = ctypes.c_void_p.from_address(_read(state + _THREAD_CFRAME) + _CFRAME_CURRENT) if _IS_KNOWN else None
    own = current and current.value
    if own is None or own != _read(id(sys._getframe()) + _FRAME_OBJECT_FRAME):
        return call()
    remaining = ctypes.c_int.from_address(state + _THREAD_RECURSION_REMAINING)
    limit = ctypes.c_int.from_address(state + _THREAD_RECURSION_LIMIT)
    depth = limit.value - remaining.value
    remaining.value = limit.value + _OWN_CALLS
    current.value = None
    try:
        return call()
    finally:
        current.value = own
        remaining.value = limit.value - depth
        # What the program has set would see this package's functions from here on.
        _set_trace(None, None)
        _set_profile(None, None)


def _read(address):
    return ctypes.c_void_p.from_address(address).value
