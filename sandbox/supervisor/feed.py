"""Writes bytes into a pipe as fast as they are read at its other end, and closes it after the last one."""

from os import close, set_blocking, write

PIECE_BYTES = 65536


class Feed:
    """One input of the program; the counterpart of Capture."""

    open = True

    def __init__(self, descriptor, content):
        set_blocking(descriptor, False)
        self.descriptor = descriptor
        self._left = memoryview(content)

    def pump(self):
        """Writes until the pipe is full, everything is written, or nobody reads any more."""
        try:
            while self._left:
                self._left = self._left[write(self.descriptor, self._left[:PIECE_BYTES]):]
        except BlockingIOError:
            return
        except BrokenPipeError:
            pass
        self.open = False
        close(self.descriptor)
