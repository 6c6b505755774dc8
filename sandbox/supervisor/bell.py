"""Wakes the supervisor's poll when the program's process sends it a signal: the process has then left word of its exit code."""

from _signal import SIGUSR1, set_wakeup_fd, signal
from os import pipe, read, set_blocking


class Bell:
    """Made after the program's process, which inherits nothing of it. Anyone in the jail may ring: that alone says nothing."""

    def __init__(self):
        self.descriptor, inside = pipe()
        set_blocking(self.descriptor, False)
        set_blocking(inside, False)
        set_wakeup_fd(inside, warn_on_full_buffer=False)
        signal(SIGUSR1, _ignore)

    def silence(self):
        """Takes rings that have come; what is left wakes the poll again."""
        try:
            read(self.descriptor, 64)
        except BlockingIOError:
            pass


def _ignore(_number, _frame):
    """The wake-up descriptor has told."""
