"""Frames of the channel between the host and the jail: type (1 byte), length (4 bytes, big endian), payload."""

import json
import struct

HEADER = struct.Struct(">cI")

REQUEST = b"R"
STOP = b"S"

READY = b"Y"
STARTED = b"G"
STDOUT = b"O"
STDERR = b"E"
STDOUT_TAIL = b"o"
STDERR_TAIL = b"e"
EXIT = b"X"

# The host is trusted, yet a bound costs nothing: 1 MiB of code grows sixfold at most as JSON.
LARGEST_REQUEST_BYTES = 8 * 1024 * 1024


class ChannelClosed(Exception):
    """The host has gone, or has closed the channel to end this jail."""


class Channel:
    """Writes frames, and reads them in pieces as they arrive."""

    def __init__(self, connection):
        self._connection = connection
        self._received = bytearray()

    def fileno(self):
        return self._connection.fileno()

    def send(self, kind, payload=b""):
        try:
            self._connection.sendall(HEADER.pack(kind, len(payload)) + payload)
        except OSError as error:
            raise ChannelClosed() from error

    def send_json(self, kind, value):
        self.send(kind, json.dumps(value).encode())

    def receive(self):
        """Waits for bytes and returns the next frame as (type, payload), or None while it is incomplete."""
        try:
            piece = self._connection.recv(65536)
        except OSError as error:
            raise ChannelClosed() from error
        if not piece:
            raise ChannelClosed()
        self._received += piece
        if len(self._received) < HEADER.size:
            return None
        kind, length = HEADER.unpack_from(self._received)
        if length > LARGEST_REQUEST_BYTES:
            raise ChannelClosed()
        end = HEADER.size + length
        if len(self._received) < end:
            return None
        payload = bytes(self._received[HEADER.size:end])
        del self._received[:end]
        return kind, payload
