"""Starts the process of a program ahead of the program: a child of the supervisor that waits for its source."""

import importlib
import json
import mmap
import os
import resource
import signal
import sys

import _ctypes

LANGUAGES_FOLDER = "/sandbox/languages"
PR_SET_DUMPABLE = 4
# Of all processes, the kernel is to end programs first when memory runs out.
OUT_OF_MEMORY_SCORE = b"1000"
LARGEST_NEWS = 64
# Bytes of the marker that a program's process and its supervisor share.
OUT_OF_MEMORY, TOLD, EXIT_CODE = 0, 1, 2
# By the shell that starts a zygote, and by the supervisor.
IGNORED_SIGNALS = (signal.SIGINT, signal.SIGQUIT)

_languages = {}

_PRCTL = _ctypes.dlsym(_ctypes.dlopen(None, 0), "prctl")


def set_dumpable(value):
    """A process that is not dumpable hides its memory, environment and descriptors from programs under the same user."""
    _ctypes.call_function(_PRCTL, (PR_SET_DUMPABLE, int(value), 0, 0, 0))


def make_first_victim():
    descriptor = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
    os.write(descriptor, OUT_OF_MEMORY_SCORE)
    os.close(descriptor)


class News:
    """What a program's process tells, a line each: "ready", the name of what runs the program, its exit code. Any may be missing."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.open = descriptor is not None
        self._told = b""
        if self.open:
            os.set_blocking(descriptor, False)

    def read_lines(self):
        """The complete lines that have come by now."""
        while self.open:
            try:
                piece = os.read(self.descriptor, LARGEST_NEWS)
            except BlockingIOError:
                break
            self._told += piece
            self.open = piece != b"" and len(self._told) < LARGEST_NEWS
        return self._told.split(b"\n")[:-1]


class Program:
    """A program's process as the supervisor sees it: it waits until `encode` of a request is written to its descriptor `source`."""

    def __init__(self, language, pid, pipes, marker):
        self.pid = pid
        self.pidfd = os.pidfd_open(pid)
        self.stdin, self.stdout, self.stderr, self.source, news = pipes
        self._news = News(news)
        self._language = language
        self._marker = marker

    def ran_out_of_memory(self, exit_code, stderr_tail):
        return self._language.ran_out_of_memory(exit_code, stderr_tail, self._marker[OUT_OF_MEMORY] != 0)

    def read_engine(self):
        lines = self._news.read_lines()
        return lines[1].decode("ascii", "replace") if len(lines) > 1 else self._language.engine

    @property
    def news(self):
        """A descriptor to poll for what the process itself tells, None when there is nothing more to come."""
        return self._news.descriptor if self._news.open else None

    def is_ready(self):
        """True when the process has told that it waits for its source, or has no need to."""
        return not self._language.tells_news or len(self._news.read_lines()) > 0

    def read_exit_code(self):
        """The exit code when the process has told that its program has ended, although it takes itself down yet; else None."""
        if self._marker[TOLD]:
            return self._marker[EXIT_CODE]
        lines = self._news.read_lines()
        return int(lines[2]) if len(lines) > 2 and lines[2].isdigit() else None


def encode_source(request):
    return json.dumps({"code": request["code"], "engine": request["engine"], "svg": request["svg"]}).encode()


def load_language(name):
    """The module of a language: `wait_and_run` in the child, then questions about the end."""
    if name not in _languages:
        folder = f"{LANGUAGES_FOLDER}/{name}"
        sys.path.insert(0, folder)
        try:
            _languages[name] = importlib.import_module(f"run_{name}").Language()
        finally:
            sys.path.remove(folder)
    return _languages[name]


def start_waiting(limits, memory_group):
    """Starts the process. Its descriptors are standard input, output and error, 3 for the source, 4 for news if it tells any."""
    language = load_language(limits["language"])
    # Bytes that the child can set and that outlive it, without a descriptor.
    marker = mmap.mmap(-1, mmap.PAGESIZE)
    stdin_inside, stdin = os.pipe()
    stdout, stdout_inside = os.pipe()
    stderr, stderr_inside = os.pipe()
    source_inside, source = os.pipe()
    news, *news_inside = os.pipe() if language.tells_news else (None,)
    inside = (stdin_inside, stdout_inside, stderr_inside, source_inside, *news_inside)
    pid = os.fork()
    if pid == 0:
        _become_program(language, limits, memory_group, marker, inside)
    for descriptor in inside:
        os.close(descriptor)
    return Program(language, pid, (stdin, stdout, stderr, source, news), marker)


def _become_program(language, limits, memory_group, marker, inside):
    try:
        if memory_group is not None:
            memory_group.join()
        set_dumpable(True)
        os.setsid()
        make_first_victim()
        for number in IGNORED_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        # Above every descriptor that is a target, so that no move overwrites one that still has to move.
        moved = [os.dup(descriptor) for descriptor in inside]
        for target, descriptor in enumerate(moved):
            os.dup2(descriptor, target, inheritable=True)
        os.closerange(len(moved), os.sysconf("SC_OPEN_MAX"))
        limit = limits.get("address_space_bytes")
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        language.wait_and_run(marker)
    except BaseException as error:  # pylint: disable=broad-except
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(127)
