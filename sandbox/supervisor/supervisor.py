"""Process 1 of a jail: starts the process of a program ahead, gives it its one program, reports how it ended, exits.

When the host closes the channel this process exits, and the kernel ends every process of the jail with it.
"""

import _signal
import os
import signal
from _signal import SIG_IGN, SIGINT, SIGKILL
from _socket import socket
from os import WNOHANG, _exit, kill, waitpid, waitstatus_to_exitcode
from select import POLLIN, POLLOUT
from select import poll as create_poll
from time import monotonic

from bell import Bell
from capture import Capture
from collect_files import Collection, rehearse
from feed import Feed
from forked_program import fork_waiting
from frames import (
    DECLINED,
    EXIT,
    INPUTS,
    LANGUAGE,
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
    from_json,
    to_json,
)
from place_files import place_files
from program import set_dumpable, start_waiting
from usage import Usage

CHANNEL_DESCRIPTOR = 3
WATCH_SECONDS = 0.05
# At the end everything is dead: what is left in a pipe is at most the pipe's capacity, 1 MiB.
LAST_PIECES = 32
# V8 says why it aborts within its last lines.
LAST_WORDS_BYTES = 16384


class ProgramDeclined(Exception):
    """The program's process has read the program, and leaves it to another sandbox before its first instruction."""


class Run:
    """One program from its start to the report of its end, and to what it left."""

    _why = "ended"
    _status = None
    _told_code = None
    _ended = None
    _is_announced = False

    def __init__(self, channel, waiting, limits, asked, memory_group, bell):
        request, placed = asked
        self._channel = channel
        self._collection = Collection(channel, limits["language"], request, placed)
        self._bell = bell
        self._watch = Usage(limits, request["cpu_ms"], memory_group)
        self._program = waiting
        limit = limits["output_bytes"]
        self._stdout = Capture(waiting.stdout, limit, lambda head: channel.put(STDOUT, head))
        self._stderr = Capture(waiting.stderr, limit, lambda head: channel.put(STDERR, head))
        self._poll = create_poll()
        self._news = waiting.news
        for descriptor in (channel.fileno(), waiting.pidfd, bell.descriptor, waiting.stdout, waiting.stderr, self._news):
            if descriptor is not None:
                self._poll.register(descriptor, POLLIN)
        self._streams = {waiting.stdout: self._stdout, waiting.stderr: self._stderr}
        self._started = monotonic()
        self._deadline = self._started + request["timeout_ms"] / 1000
        if not waiting.may_decline:
            # Before the program's first instruction: a host that has not heard of it gives the program to another sandbox.
            self._announce()
            channel.flush()
        self._feed(waiting.source, waiting.encode_source(request))
        self._feed(waiting.stdin, request["stdin"].encode())

    def _announce(self):
        """Tells, once, that the program is this sandbox's."""
        if not self._is_announced:
            self._is_announced = True
            self._channel.put(STARTED)

    def watch(self):
        """Pumps, reaps and counts until the program has ended or has to end."""
        next_count = self._started + WATCH_SECONDS
        while self._status is None and self._told_code is None:
            now = monotonic()
            if now >= self._deadline:
                return self._end("timed_out")
            if now >= next_count:
                self._channel.flush()
                excess = self._watch.find_excess(now - self._started)
                if excess is not None:
                    return self._end(excess)
                next_count = monotonic() + WATCH_SECONDS
            wait = max(0.0, min(next_count, self._deadline) - monotonic())
            for descriptor, _ in self._poll.poll(wait * 1000 + 1):
                if descriptor == self._channel.fileno() and self._is_stopped():
                    return self._end("stopped")
                if descriptor in self._streams:
                    self._pump(descriptor)
                elif descriptor == self._news:
                    self._read_news()
                elif descriptor == self._bell.descriptor:
                    self._bell.silence()
                    self._told_code = self._program.read_exit_code()
            self._reap(WNOHANG)
        return None

    def end(self):
        """Ends what the program left behind."""
        self._announce()
        self._stdout.drain(LAST_PIECES)
        self._stderr.drain(LAST_PIECES)
        self._end(self._why)

    def report(self):
        """Collects the rest of the output, and reports. Returns true when there is more to send."""
        self._ended = self._ended or monotonic()
        for stream in (self._stdout, self._stderr):
            stream.drain(LAST_PIECES)
        self._channel.put(STDOUT_TAIL, self._stdout.tail)
        self._channel.put(STDERR_TAIL, self._stderr.tail)
        is_empty = self._collection.is_empty()
        self._channel.send(EXIT, to_json({**self._describe(), "collects": not is_empty}))
        return not is_empty

    def send_files(self):
        self._reap(0)
        self._collection.send()

    def _feed(self, descriptor, content):
        """Most contents fit into the pipe at once."""
        feed = Feed(descriptor, content)
        feed.pump()
        if feed.open:
            self._streams[descriptor] = feed
            self._poll.register(descriptor, POLLOUT)

    def _pump(self, descriptor):
        stream = self._streams[descriptor]
        stream.pump()
        if not stream.open:
            del self._streams[descriptor]
            self._poll.unregister(descriptor)

    def _read_news(self):
        if self._program.declines():
            raise ProgramDeclined()
        self._announce()
        self._told_code = self._program.read_exit_code()
        if self._program.news is None:
            self._poll.unregister(self._news)

    def _is_stopped(self):
        return any(kind == STOP for kind, _ in self._channel.receive())

    def _end(self, why):
        """Kills everything in the jail but this process, and waits until it is gone unless the program has told how it ended: its
        process then has nothing left to do but to give its memory back, which takes milliseconds."""
        self._why = why
        try:
            kill(-1, SIGKILL)
        except ProcessLookupError:
            pass
        if self._told_code is None:
            self._reap(0)

    def _reap(self, options):
        """Takes ended children, also those that lost their parent."""
        status = self._program.take_status(options == 0)
        if status is not None:
            self._status, self._ended = status, monotonic()
        while True:
            try:
                pid, status = waitpid(-1, options)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self._program.pid:
                self._status, self._ended = status, monotonic()

    def _describe(self):
        code = waitstatus_to_exitcode(self._status) if self._told_code is None else self._told_code
        why = self._why
        last_words = self._stderr.last_bytes(LAST_WORDS_BYTES)
        if why == "ended" and (self._watch.was_killed_for_memory() or self._program.ran_out_of_memory(code, last_words)):
            why = "out_of_memory"
        return {
            "why": why,
            "code": code if code >= 0 else None,
            "signal": to_signal_name(-code) if code < 0 else None,
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


def wait_until_ready(channel, waiting):
    """Returns when the process waits for its source, or when its source has come before that."""
    if waiting.is_ready():
        return
    poll = create_poll()
    for descriptor in (channel.fileno(), waiting.pidfd, waiting.news):
        poll.register(descriptor, POLLIN)
    while not waiting.is_ready() and not channel.has_frames():
        for descriptor, _ in poll.poll():
            if descriptor == waiting.pidfd:
                # No program has begun: these are words of our own code, for the log.
                os.write(2, os.read(waiting.stderr, LAST_WORDS_BYTES))
                raise ChannelClosed()
            if descriptor == channel.fileno():
                channel.read()


def wait_for_request(channel, waiting, limits):
    """Takes the files that come with a program, and then returns the request and where they were placed.

    A process that ends before it has its program is no use: the host gives the program to another sandbox."""
    poll = create_poll()
    poll.register(channel.fileno(), POLLIN)
    poll.register(waiting.pidfd, POLLIN)
    if not channel.has_frames():
        for descriptor, _ in poll.poll():
            if descriptor == waiting.pidfd:
                raise ChannelClosed()
    placed = {}
    kind, payload = channel.next()
    if kind == INPUTS:
        placed = place_files(channel, payload, limits["files"])
        payload = channel.wait_for(REQUEST)
    return from_json(payload), placed


def serve(channel, limits, memory_group, forker):
    """Ends this process; raises ChannelClosed when the host has gone, or wants this sandbox no more."""
    if limits is None:
        limits = from_json(channel.wait_for(LANGUAGE))
    waiting = fork_waiting(limits, memory_group, forker) if forker is not None else None
    # Not before another process has found this one.
    set_dumpable(False)
    waiting = waiting or start_waiting(limits, memory_group)
    bell = Bell()
    rehearse()
    wait_until_ready(channel, waiting)
    channel.send(READY)
    asked = wait_for_request(channel, waiting, limits)
    run = Run(channel, waiting, limits, asked, memory_group, bell)
    try:
        run.watch()
    except ProgramDeclined:
        channel.send(DECLINED)
        _exit(0)
    run.end()
    if run.report():
        run.send_files()
    # Not by returning: to let go of all this takes as long as the report.
    _exit(0)


def main(limits=None, memory_group=None, forker=None):
    """Takes the limits when they are known, the memory control group that the program's process is to join, where there is one, and
    the socket of a zygote that forks that process, where there is one."""
    # A program may send process 1 of its jail whatever process 1 has a handler for.
    _signal.signal(SIGINT, SIG_IGN)
    try:
        serve(Channel(socket(fileno=CHANNEL_DESCRIPTOR)), limits, memory_group, forker)
    except ChannelClosed:
        _exit(0)


if __name__ == "__main__":
    # The launcher's descriptors.
    os.closerange(CHANNEL_DESCRIPTOR + 1, os.sysconf("SC_OPEN_MAX"))
    main()
