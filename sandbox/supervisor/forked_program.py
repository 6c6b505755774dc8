"""A program's process that another process, the Node zygote, forks into this jail: one like any other, but not this one's child."""

from os import close, getpid, pidfd_open, pipe, read
from select import POLLIN
from select import poll as create_poll
from signal import SIGKILL
from socket import send_fds
from struct import Struct

from program import EXIT_CODE, Program, load_language, make_pipes

# The first process that a supervisor has beside it in its namespace.
PROCESS_ID = 2
STATUS = Struct("i")
# The zygote takes its children as they end; it may itself have ended, or hang.
STATUS_MS = 1000
# Node is then started here instead. The zygote may itself be starting yet, on a machine that has much to do.
WORD_MS = 5000


class ForkedProgram(Program):
    """The process as its supervisor sees it. The zygote, whose child it is, sends the status with which it ends."""

    may_decline = True

    def __init__(self, language, pipes, status):
        super().__init__(language, PROCESS_ID, pipes, bytes(EXIT_CODE + 1))
        self._status_descriptor = status

    def declines(self):
        lines = self._news.read_lines()
        return len(lines) > 1 and lines[1] == b"node"

    def take_status(self, waits):
        if self._status_descriptor is None or not is_readable(self.pidfd, STATUS_MS if waits else 0):
            return None
        told = read(self._status_descriptor, STATUS.size) if is_readable(self._status_descriptor, STATUS_MS) else b""
        close(self._status_descriptor)
        self._status_descriptor = None
        return STATUS.unpack(told)[0] if len(told) == STATUS.size else SIGKILL


def fork_waiting(limits, memory_group, forker):
    """Asks the zygote for the process, and returns it when it waits for its source; None when none can be had.

    Nobody but the zygote's own code has this jail until then. The socket is closed before there is a program."""
    language = load_language(limits["language"])
    inside, outside = make_pipes(language)
    status, status_inside = pipe()
    own = pidfd_open(getpid())
    groups = () if memory_group is None else (memory_group.procs,)
    try:
        send_fds(forker, [b"fork"], [own, status_inside, *inside, *groups])
    except OSError:
        is_asked = False
    else:
        is_asked = True
    forker.close()
    for descriptor in (own, status_inside, *inside):
        close(descriptor)
    if is_asked and wait_for_word(outside[-1], status):
        return ForkedProgram(language, outside, status)
    for descriptor in (status, *outside):
        close(descriptor)
    return None


def wait_for_word(news, status):
    """True when the process waits for its source; false when it has ended, never was, or does not come."""
    poll = create_poll()
    poll.register(news, POLLIN)
    poll.register(status, POLLIN)
    # Its end of the news closes with the process: that is no word.
    return any(descriptor == news and events & POLLIN for descriptor, events in poll.poll(WORD_MS))


def is_readable(descriptor, wait_ms):
    poll = create_poll()
    poll.register(descriptor, POLLIN)
    return bool(poll.poll(wait_ms))
