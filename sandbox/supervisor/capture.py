"""Reads one output stream of the program and keeps its head and its tail."""

from os import close, read, set_blocking

PIECE_BYTES = 65536


class Capture:
    """Sends the head on while the program runs, keeps the latest bytes for the end, drops the middle."""

    open = True
    dropped = 0

    def __init__(self, descriptor, limit_bytes, send_head):
        set_blocking(descriptor, False)
        self.descriptor = descriptor
        self.tail = bytearray()
        self._head = bytearray()
        self._head_left = limit_bytes // 2
        self._tail_limit = limit_bytes - limit_bytes // 2
        self._send_head = send_head

    def pump(self):
        """Takes one piece; False when there is none now, or none will ever come."""
        try:
            piece = read(self.descriptor, PIECE_BYTES)
        except BlockingIOError:
            return False
        if not piece:
            self.close()
            return False
        self._keep(piece)
        return True

    def drain(self, pieces):
        """Takes what is there now, but at most so many pieces: a writer may be faster than we are."""
        while pieces > 0 and self.open and self.pump():
            pieces -= 1

    def close(self):
        if self.open:
            self.open = False
            close(self.descriptor)

    def last_bytes(self, count):
        return bytes((self._head + self.tail)[-count:])

    def _keep(self, piece):
        if self._head_left > 0:
            head = piece[: self._head_left]
            self._head_left -= len(head)
            self._head += head
            self._send_head(head)
            piece = piece[len(head):]
        self.tail += piece
        surplus = len(self.tail) - self._tail_limit
        if surplus > 0:
            del self.tail[:surplus]
            self.dropped += surplus
