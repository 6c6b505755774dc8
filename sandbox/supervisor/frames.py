"""Frames of the channel between the host and the jail: type (1 byte), length (4 bytes, big endian), payload."""

import select
from json.decoder import JSONDecoder
from json.encoder import encode_basestring_ascii
from struct import Struct

HEADER = Struct(">cI")

# To a sandbox.
LANGUAGE = b"L"
REQUEST = b"R"
INPUTS = b"I"
STOP = b"S"

# From a sandbox.
READY = b"Y"
STARTED = b"G"
STDOUT = b"O"
STDERR = b"E"
STDOUT_TAIL = b"o"
STDERR_TAIL = b"e"
EXIT = b"X"
ACCEPTED = b"A"
REFUSED = b"N"
DECLINED = b"P"
FILE = b"F"
COLLECTED = b"Z"

# Both ways: the content of the file that was announced.
DATA = b"D"

# To a zygote, which says READY as well.
CONFIGURE = b"C"

# The host is trusted, yet a bound costs nothing: 1 MiB of code and of input grow sixfold at most as JSON.
LARGEST_REQUEST_BYTES = 16 * 1024 * 1024


_scan = JSONDecoder().scan_once


def from_json(payload):
    """What the host has encoded. `json.loads`, which looks for encodings, white space and a rest, writes to four times as many pages of
    memory, all of which have to be copied for it."""
    value, _ = _scan(payload.decode(), 0)
    return value


def to_json(fields):
    """An object of texts, whole numbers, truths and None, whose names are plain. `json.dumps` makes an encoder first."""
    text = ""
    for name, value in fields.items():
        text += f'{"," if text else ""}"{name}":{_to_json(value)}'
    return f"{{{text}}}".encode()


def _to_json(value):
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    if value is None:
        return "null"
    return str(value).lower()


class ChannelClosed(Exception):
    """The host has gone, or has closed the channel to end this jail."""


class Channel:
    """Writes frames, and reads them in pieces as they arrive."""

    def __init__(self, connection):
        self._connection = connection
        self._received = bytearray()
        self._frames = []
        self._kept = bytearray()

    def fileno(self):
        return self._connection.fileno()

    def put(self, kind, payload=b""):
        """Keeps a frame until the next flush: each one that is sent alone wakes the host."""
        self._kept += HEADER.pack(kind, len(payload))
        self._kept += payload

    def flush(self):
        """Sends what was kept."""
        if not self._kept:
            return
        kept, self._kept = self._kept, bytearray()
        try:
            self._connection.sendall(kept)
        except OSError as error:
            raise ChannelClosed() from error

    def send(self, kind, payload=b""):
        self.put(kind, payload)
        self.flush()

    def has_frames(self):
        """True when a frame has come that nobody has taken."""
        return bool(self._frames)

    def receive(self):
        """Waits for bytes unless frames are left over, and returns the complete frames as (type, payload): perhaps none."""
        if not self._frames:
            self.read()
        frames = list(self._frames)
        self._frames.clear()
        return frames

    def next(self):
        """Waits for the next frame and returns it as (type, payload)."""
        while not self._frames:
            self.read()
        return self._frames.pop(0)

    def check(self):
        """Raises ChannelClosed when the host has gone; does not wait."""
        poll = select.poll()
        poll.register(self._connection, select.POLLIN)
        if poll.poll(0):
            self.read()

    def wait_for(self, kind):
        """Waits for a frame of this type and returns its payload; what comes before is ignored, what comes after is kept."""
        while True:
            while self._frames:
                found, payload = self._frames.pop(0)
                if found == kind:
                    return payload
            self.read()

    def read(self):
        """Waits for bytes and keeps the frames that are complete by then."""
        try:
            piece = self._connection.recv(65536)
        except OSError as error:
            raise ChannelClosed() from error
        if not piece:
            raise ChannelClosed()
        self._received += piece
        while len(self._received) >= HEADER.size:
            kind, length = HEADER.unpack_from(self._received)
            if length > LARGEST_REQUEST_BYTES:
                raise ChannelClosed()
            end = HEADER.size + length
            if len(self._received) < end:
                return
            self._frames.append((kind, bytes(self._received[HEADER.size:end])))
            del self._received[:end]
