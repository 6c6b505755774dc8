"""Does something in a child of the program's process, from which nothing comes back but bytes."""

import _signal
import builtins
import ctypes
import gc
import os
import select
import sys
from os import _exit, close, dup, dup2, kill, listdir, pipe, read, uname, waitpid, write
from time import monotonic

# Functions below keep the built-ins as they are now: the program may replace them.
__builtins__ = vars(builtins).copy()

PIECE_BYTES = 1 << 20
HEADER_BYTES = 5
# The system call without a signal at the child's end, of which the program would hear; waiting for such a child needs __WALL.
CLONE_NUMBERS = {"x86_64": 56, "aarch64": 220}
WAIT_ALL = 0x40000000

_PYTHON = ctypes.PyDLL(None)
_PYTHON.syscall.argtypes = [ctypes.c_long] * 6
_PYTHON.syscall.restype = ctypes.c_long
_clone_number = CLONE_NUMBERS.get(uname().machine)
_fork = os.fork
_sigmask, _setmask, _all_signals = _signal.pthread_sigmask, _signal.SIG_SETMASK, _signal.valid_signals()
_settrace, _setprofile = sys.settrace, sys.setprofile


def ask_child(work, seconds, most_bytes):
    """Calls `work` in a child, with a function that sends a record of a kind, a byte, and a content.

    Returns all that the child sent until it was done or the time was over, when it is killed. Signals to this process wait meanwhile.
    Raises OSError when no child can be had.
    """
    inside, outside = pipe()
    child = None
    mask = _sigmask(_setmask, _all_signals)
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
        _sigmask(_setmask, mask)


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


def read_records(sent):
    """The complete ones, as (kind, content)."""
    place = 0
    while place + HEADER_BYTES <= len(sent):
        end = place + HEADER_BYTES + int.from_bytes(sent[place + 1 : place + HEADER_BYTES], "big")
        if end > len(sent):
            return
        yield sent[place], sent[place + HEADER_BYTES : end]
        place = end
