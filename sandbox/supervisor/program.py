"""Starts the process of a program ahead of the program: a child of the supervisor that waits for its source."""

import importlib
import os
import sys
from _signal import SIG_DFL, SIGINT, SIGQUIT, signal
from json import dumps
from mmap import PAGESIZE, mmap
from os import O_WRONLY, _exit, close, closerange, dup, dup2, pidfd_open, pipe, read, set_blocking, setsid, write
from os import open as open_file
from resource import RLIMIT_AS, setrlimit

from _ctypes import call_function, dlopen, dlsym

LANGUAGES_FOLDER = "/sandbox/languages"
PR_SET_DUMPABLE = 4
# Of all processes, the kernel is to end programs first when memory runs out.
OUT_OF_MEMORY_SCORE = b"1000"
EVERY_DESCRIPTOR = 2**31 - 1
LARGEST_NEWS = 64
# Bytes of the marker that a program's process and its supervisor share.
OUT_OF_MEMORY, TOLD, EXIT_CODE = 0, 1, 2
# By the shell that starts a zygote, and by the supervisor.
IGNORED_SIGNALS = (SIGINT, SIGQUIT)

_languages = {}

_LIBRARY = dlopen(None, 0)
_PRCTL, _FORK = dlsym(_LIBRARY, "prctl"), dlsym(_LIBRARY, "fork")

# bubblewrap adds it; programs start with exactly the environment that the host gives.
os.environ.pop("PWD", None)


def set_dumpable(value):
    """A process that is not dumpable hides its memory, environment and descriptors from programs under the same user."""
    call_function(_PRCTL, (PR_SET_DUMPABLE, int(value), 0, 0, 0))


def make_first_victim():
    descriptor = open_file("/proc/self/oom_score_adj", O_WRONLY)
    write(descriptor, OUT_OF_MEMORY_SCORE)
    close(descriptor)


def fork():
    """As os.fork does, but without what modules have registered for a fork and most of what the interpreter does, which is for
    threads: that touches more pages than all the rest of a program's start, and this interpreter has one thread, so that nobody holds
    a lock. What must not be the same in a copy, `Language.wait_and_run` makes new. Raises OSError."""
    pid = call_function(_FORK, ())
    if pid < 0:
        raise OSError("fork")
    return pid


class News:
    """What a program's process tells, a line each: "ready", the name of what runs the program, its exit code. Any may be missing."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.open = descriptor is not None
        self._told = b""
        if self.open:
            set_blocking(descriptor, False)

    def read_lines(self):
        """The complete lines that have come by now."""
        while self.open:
            try:
                piece = read(self.descriptor, LARGEST_NEWS)
            except BlockingIOError:
                break
            self._told += piece
            self.open = piece != b"" and len(self._told) < LARGEST_NEWS
        return self._told.split(b"\n")[:-1]


class Program:
    """A program's process as the supervisor sees it: it waits until `encode_source` of a request is written to its descriptor `source`."""

    def __init__(self, language, pid, pipes, marker):
        self.pid = pid
        # Readable when the process has ended.
        self.pidfd = pidfd_open(pid)
        self.stdin, self.stdout, self.stderr, self.source, news = pipes
        self._news = News(news)
        self._language = language
        self._marker = marker

    def encode_source(self, request):
        """What is to be written to `source`."""
        encode = getattr(self._language, "encode_source", encode_for_node)
        return encode(request)

    # True for one whose program may be another sandbox's.
    may_decline = False

    def take_status(self, _waits):
        """The status with which the process ended, where waiting for children does not tell it; None when it does, or has not yet."""
        return None

    def declines(self):
        """True when this process leaves its program to another sandbox."""
        return False

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


def encode_for_node(request):
    return dumps({"code": request["code"], "engine": request["engine"]}).encode()


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


def make_pipes(language):
    """The process's ends and the supervisor's: standard input, output and error, the source, and news if the process tells any."""
    stdin_inside, stdin = pipe()
    stdout, stdout_inside = pipe()
    stderr, stderr_inside = pipe()
    source_inside, source = pipe()
    news, *news_inside = pipe() if language.tells_news else (None,)
    return (stdin_inside, stdout_inside, stderr_inside, source_inside, *news_inside), (stdin, stdout, stderr, source, news)


def start_waiting(limits, memory_group):
    """Starts the process. Its descriptors are standard input, output and error, 3 for the source, 4 for news if it tells any."""
    language = load_language(limits["language"])
    # Bytes that the child can set and that outlive it, without a descriptor.
    marker = mmap(-1, PAGESIZE)
    inside, outside = make_pipes(language)
    pid = fork()
    if pid == 0:
        _become_program(language, limits, memory_group, marker, inside)
    for descriptor in inside:
        close(descriptor)
    return Program(language, pid, outside, marker)


def _become_program(language, limits, memory_group, marker, inside):
    try:
        if memory_group is not None:
            memory_group.join()
        set_dumpable(True)
        setsid()
        make_first_victim()
        for number in IGNORED_SIGNALS:
            signal(number, SIG_DFL)
        # Above every descriptor that is a target, so that no move overwrites one that still has to move.
        moved = []
        for descriptor in inside:
            moved.append(dup(descriptor))
        for target, descriptor in enumerate(moved):
            dup2(descriptor, target, inheritable=True)
        closerange(len(moved), EVERY_DESCRIPTOR)
        limit = limits.get("address_space_bytes")
        if limit is not None:
            setrlimit(RLIMIT_AS, (limit, limit))
        language.wait_and_run(marker)
    except BaseException as error:  # pylint: disable=broad-except
        write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        _exit(127)
