"""Process 1 of a jail in which the real supervisor serves a host, played here, that has no room for another word.

Says on descriptor 3 whether the program began before its supervisor could tell the host of it, and what the host heard in the end.
"""

import os
import select
import socket
import struct
import sys
from json import dumps, loads

sys.path[:0] = ["/sandbox/supervisor", "/sandbox/zygote"]

import supervisor  # noqa: E402

HEADER = struct.Struct(">cI")
# As large as the frame that is not to fit, and of a type that says nothing.
FILLING = HEADER.pack(b"?", 0)
BEGUN = "/workspace/begun"
# Far longer than a program takes that has its source.
WAIT_SECONDS = 2

LANGUAGE, READY, REQUEST, STARTED, EXIT = b"L", b"Y", b"R", b"G", b"X"


def send(host, kind, fields):
    payload = dumps(fields).encode()
    host.sendall(HEADER.pack(kind, len(payload)) + payload)


def read_frames(host):
    """Yields each frame's type until the supervisor has ended."""
    received = b""
    while piece := host.recv(65536):
        received += piece
        while len(received) >= HEADER.size:
            kind, length = HEADER.unpack_from(received)
            if len(received) < HEADER.size + length:
                break
            received = received[HEADER.size + length:]
            yield kind


def start_supervisor(inside, host):
    if os.fork() == 0:
        host.close()
        os.dup2(inside.fileno(), supervisor.CHANNEL_DESCRIPTOR)
        os.closerange(supervisor.CHANNEL_DESCRIPTOR + 1, 64)
        supervisor.main()


def fill(inside):
    """Leaves no room for a single frame on the supervisor's way to the host."""
    try:
        while True:
            inside.send(FILLING, socket.MSG_DONTWAIT)
    except BlockingIOError:
        pass


def has_begun(begun, seconds):
    poll = select.poll()
    poll.register(begun, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def main():
    answer = os.dup(supervisor.CHANNEL_DESCRIPTOR)
    limits, request = loads(sys.argv[1])
    os.mkfifo(BEGUN)
    # For writing too: it opens without a program.
    begun = os.open(BEGUN, os.O_RDWR | os.O_NONBLOCK)
    host, inside = socket.socketpair()
    start_supervisor(inside, host)
    send(host, LANGUAGE, limits)
    frames = read_frames(host)
    assert next(frames) == READY
    fill(inside)
    send(host, REQUEST, request)
    was_early = has_begun(begun, WAIT_SECONDS)
    inside.close()
    heard = [kind.decode() for kind in frames if kind in (STARTED, EXIT)]
    os.write(answer, dumps({"wasEarly": was_early, "heard": heard, "hasBegun": has_begun(begun, 0)}).encode())


main()
