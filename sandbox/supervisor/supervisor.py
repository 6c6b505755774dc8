"""Process 1 of a jail: takes one program from the channel, runs it as its child, reports how it ended, exits.

When the host closes the channel this process exits, and the kernel ends every process of the jail with it.
"""

import json
import os
import select
import signal
import socket
import sys
import time

import program
from capture import Capture
from frames import (
    EXIT,
    READY,
    REQUEST,
    STARTED,
    STDERR,
    STDERR_TAIL,
    STDOUT,
    STDOUT_TAIL,
    STOP,
    Channel,
    ChannelClosed,
)
from memory_watch import find_excess

CHANNEL_DESCRIPTOR = 3
WATCH_SECONDS = 0.05
# At the end everything is dead: what is left in a pipe is at most the pipe's capacity, 1 MiB.
LAST_PIECES = 32
# V8 says why it aborts within its last lines.
LAST_WORDS_BYTES = 16384


class Run:
    """One program from its start to the report of its end."""

    def __init__(self, channel, request):
        self._channel = channel
        self._request = request
        self._why = "ended"
        self._status = None
        self._usage = None
        self._program = program.start(request)
        self._started = time.monotonic()
        self._deadline = self._started + request["timeout_ms"] / 1000
        self._ended = None
        limit = request["output_bytes"]
        self._stdout = Capture(self._program.stdout, limit, lambda head: channel.send(STDOUT, head))
        self._stderr = Capture(self._program.stderr, limit, lambda head: channel.send(STDERR, head))
        channel.send(STARTED)

    def watch(self):
        """Pumps, reaps and counts until the program has ended or has to end."""
        poll = select.poll()
        sources = {source.fileno(): source for source in (self._stdout, self._stderr)}
        for descriptor in (self._channel.fileno(), self._program.pidfd, *sources):
            poll.register(descriptor, select.POLLIN)
        next_count = self._started + WATCH_SECONDS
        while self._status is None:
            now = time.monotonic()
            if now >= self._deadline:
                return self._end("timed_out")
            if now >= next_count:
                excess = find_excess(self._request["memory_bytes"], self._request["files"])
                if excess is not None:
                    return self._end(excess)
                next_count = time.monotonic() + WATCH_SECONDS
            wait = max(0.0, min(next_count, self._deadline) - time.monotonic())
            for descriptor, _ in poll.poll(wait * 1000 + 1):
                if descriptor in sources:
                    source = sources[descriptor]
                    source.read_piece()
                    if not source.open:
                        poll.unregister(descriptor)
                elif descriptor == self._channel.fileno() and self._is_stopped():
                    return self._end("stopped")
            self._reap(os.WNOHANG)
        return None

    def report(self):
        """Ends what the program left behind, collects the rest of its output and reports."""
        self._stdout.drain(LAST_PIECES)
        self._stderr.drain(LAST_PIECES)
        self._end(self._why)
        for stream in (self._stdout, self._stderr):
            stream.drain(LAST_PIECES)
        self._channel.send(STDOUT_TAIL, bytes(self._stdout.tail))
        self._channel.send(STDERR_TAIL, bytes(self._stderr.tail))
        self._channel.send_json(EXIT, self._describe())

    def _is_stopped(self):
        frame = self._channel.receive()
        return frame is not None and frame[0] == STOP

    def _end(self, why):
        """Kills everything in the jail but this process and waits until it is gone."""
        self._why = why
        try:
            os.kill(-1, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._reap(0)

    def _reap(self, options):
        """Takes ended children, also those that lost their parent."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, options)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self._program.pid:
                self._status, self._usage, self._ended = status, usage, time.monotonic()

    def _describe(self):
        code = os.waitstatus_to_exitcode(self._status)
        why = self._why
        if why == "ended" and self._program.ran_out_of_memory(code, self._stderr.last_bytes(LAST_WORDS_BYTES)):
            why = "out_of_memory"
        return {
            "why": why,
            "code": code if code >= 0 else None,
            "signal": to_signal_name(-code) if code < 0 else None,
            "cpu_ms": round((self._usage.ru_utime + self._usage.ru_stime) * 1000),
            "wall_ms": round((self._ended - self._started) * 1000),
            "stdout_dropped": self._stdout.dropped,
            "stderr_dropped": self._stderr.dropped,
            "engine": self._program.read_engine(),
        }


def to_signal_name(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIGRTMIN+{number - signal.SIGRTMIN}"


def receive_request(channel):
    while True:
        frame = channel.receive()
        if frame is not None and frame[0] == REQUEST:
            return json.loads(frame[1])


def main():
    program.set_dumpable(False)
    # bubblewrap adds it; programs start with exactly the environment that the host gives.
    os.environ.pop("PWD", None)
    os.closerange(CHANNEL_DESCRIPTOR + 1, os.sysconf("SC_OPEN_MAX"))
    channel = Channel(socket.socket(fileno=CHANNEL_DESCRIPTOR))
    try:
        channel.send(READY)
        run = Run(channel, receive_request(channel))
        run.watch()
        run.report()
    except ChannelClosed:
        pass
    sys.stdout = sys.stderr = None
    os._exit(0)


if __name__ == "__main__":
    main()
