"""Starts a program as a child of the supervisor, with streams of its own and nothing of the supervisor's."""

import importlib
import mmap
import os
import resource
import sys

import _ctypes

LANGUAGES_FOLDER = "/sandbox/languages"
PR_SET_DUMPABLE = 4

_PRCTL = _ctypes.dlsym(_ctypes.dlopen(None, 0), "prctl")


def set_dumpable(value):
    """A process that is not dumpable hides its memory, environment and descriptors from programs under the same user."""
    _ctypes.call_function(_PRCTL, (PR_SET_DUMPABLE, int(value), 0, 0, 0))


class Program:
    """A running program as the supervisor sees it."""

    def __init__(self, language, pid, stdout, stderr, marker):
        self.pid = pid
        self.pidfd = os.pidfd_open(pid)
        self.stdout = stdout
        self.stderr = stderr
        self._language = language
        self._marker = marker

    def ran_out_of_memory(self, exit_code, stderr_tail):
        return self._language.ran_out_of_memory(exit_code, stderr_tail, self._marker[0] != 0)

    def read_engine(self):
        return self._language.read_engine()


def load_language(name):
    """The module of a language: `prepare` in the supervisor, `run` in the child, then questions about the end."""
    folder = f"{LANGUAGES_FOLDER}/{name}"
    sys.path.insert(0, folder)
    try:
        return importlib.import_module(f"run_{name}").Language()
    finally:
        sys.path.remove(folder)


def start(request):
    language = load_language(request["language"])
    language.prepare(request)
    # One byte that the child can set and that outlives it, without a descriptor.
    marker = mmap.mmap(-1, mmap.PAGESIZE)
    stdout, stdout_inside = os.pipe()
    stderr, stderr_inside = os.pipe()
    pid = os.fork()
    if pid == 0:
        _become_program(language, request, marker, stdout_inside, stderr_inside)
    os.close(stdout_inside)
    os.close(stderr_inside)
    language.release()
    return Program(language, pid, stdout, stderr, marker)


def _become_program(language, request, marker, stdout, stderr):
    try:
        set_dumpable(True)
        os.setsid()
        nothing = os.open("/dev/null", os.O_RDONLY)
        kept = language.take_descriptors()
        # Above every standard stream, so that no move overwrites one that still has to move.
        moved = [os.dup(descriptor) for descriptor in (nothing, stdout, stderr, *kept)]
        for target, descriptor in enumerate(moved):
            os.dup2(descriptor, target, inheritable=True)
        os.closerange(len(moved), os.sysconf("SC_OPEN_MAX"))
        limit = request.get("address_space_bytes")
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        language.run(request, marker)
    finally:
        os._exit(127)
