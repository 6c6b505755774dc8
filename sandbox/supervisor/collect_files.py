"""Sends the files that a program left, when everything that could change them is dead."""

import os
from json import dumps
from os import close, fstat, listdir, read
from os import open as open_by_path
from stat import S_ISDIR, S_ISREG

from find_files import Findings, find_reason
from frames import COLLECTED, DATA, FILE, ChannelClosed
from working_folder import FOLDER, PIECE_BYTES, PROGRAMS, READ_FLAGS, look_at, open_file, open_root, sum_up, to_identity

# Charts and tables, which the sandbox's own code leaves. They come first and count apart.
RESULTS = b".results"
RESULTS_LIMITS = {"files": 21, "file_bytes": 16 << 20, "total_bytes": 16 << 20}
MOST_RESULTS_LOOKS = 100
# The host bounds them as well.
MOST_SKIPPED = 49
LONGEST_SHOWN = 120


class Tally:
    """What has been handed over, compared with what may be."""

    def __init__(self, limits):
        self._limits = limits
        self._files = self._bytes = 0

    def find_excess(self, size):
        """Why a file of this size is too much; None when it fits."""
        if size > self._limits["file_bytes"]:
            return "too_large"
        if self._files >= self._limits["files"]:
            return "too_many"
        return "too_much" if self._bytes + size > self._limits["total_bytes"] else None

    def count(self, size):
        self._files += 1
        self._bytes += size


class Collection:
    """The working folder of one program, from its end on."""

    _root = None
    _left_out = 0

    def __init__(self, channel, language, request, placed):
        self._channel = channel
        self._program = PROGRAMS[language]
        self._source = request["code"].encode("utf-8", "replace")
        self._limits = request["collect"]
        self._placed = placed
        self._unchanged = []
        self._skipped = []

    def is_empty(self):
        """True when there is nothing but the program: for most of them the one look that they cost. The folder may still change."""
        try:
            names = listdir(FOLDER)
        except OSError:
            return False
        return not names or (names == [self._program.decode()] and has_content(f"{FOLDER}/{names[0]}", self._source))

    def send(self):
        """Call it when every other process of the jail is gone."""
        # The program may have shut it.
        os.chmod(FOLDER, 0o755)
        self._root = open_root()
        seen = set()
        if has_content(f"{FOLDER}/{self._program.decode()}", self._source):
            seen.add(self._program)
        if S_ISDIR(getattr(look_at(self._root, RESULTS), "st_mode", 0)):
            seen.add(RESULTS)
            results = Findings(MOST_RESULTS_LOOKS)
            results.search(self._root, RESULTS)
            self._send_all(results, RESULTS_LIMITS)
        others = Findings()
        self._look_at_placed(others, seen)
        others.search(self._root, ignored=seen)
        self._send_all(others, self._limits)
        self._channel.send(COLLECTED, dumps(self._describe()).encode())

    def _look_at_placed(self, findings, seen):
        """However many files a program makes, those that were put in are looked at."""
        for path, placed in self._placed.items():
            state = look_at(self._root, path)
            # A folder that took a file's place is searched as any other.
            if path in seen or path.startswith(RESULTS + b"/") or state is None or S_ISDIR(state.st_mode):
                continue
            seen.add(path)
            if self._is_unchanged(path, state, placed):
                self._unchanged.append(placed.index)
                continue
            reason = find_reason(path, state)
            if reason is None:
                findings.files.append((path, state))
            else:
                findings.skipped.append((path, reason))

    def _is_unchanged(self, path, state, placed):
        if not S_ISREG(state.st_mode) or to_identity(state) != placed.identity:
            return False
        try:
            return sum_up(self._root, path) == placed.checksum
        except OSError:
            return False

    def _send_all(self, findings, limits):
        tally = Tally(limits)
        for path, reason in findings.skipped:
            self._skip(path, reason)
        for path, state in sorted(findings.files):
            reason = tally.find_excess(state.st_size) or self._send(path, state.st_size)
            if reason is None:
                tally.count(state.st_size)
            else:
                self._skip(path, reason)
        self._left_out += findings.left_out

    def _send(self, path, size):
        """Returns why the file is not handed over, or None."""
        try:
            descriptor = open_file(self._root, path)
        except OSError:
            return "unreadable"
        try:
            self._channel.put(FILE, dumps({"name": path.decode(), "size": size}).encode())
            while size > 0:
                piece = read(descriptor, min(size, PIECE_BYTES))
                if not piece:
                    raise ChannelClosed()
                size -= len(piece)
                self._channel.send(DATA, piece)
                self._channel.check()
        except OSError as error:
            # The host waits for bytes that will not come.
            raise ChannelClosed() from error
        finally:
            close(descriptor)
        return None

    def _skip(self, path, reason):
        if len(self._skipped) < MOST_SKIPPED:
            self._skipped.append((to_shown(path), reason))
        else:
            self._left_out += 1

    def _describe(self):
        return {"skipped": self._skipped, "left_out": self._left_out, "unchanged": self._unchanged}


def has_content(path, content):
    """True for a regular file with exactly this content; a link is none."""
    try:
        descriptor = open_by_path(path, READ_FLAGS)
    except OSError:
        return False
    try:
        state = fstat(descriptor)
        if not S_ISREG(state.st_mode) or state.st_size != len(content):
            return False
        return read(descriptor, len(content) + 1) == content
    finally:
        close(descriptor)


def rehearse():
    """What a clone does for the first time copies pages: better while nobody waits for it."""
    listdir(FOLDER)
    has_content(__file__, b"")


def to_shown(path):
    """A name as a person may read it, whatever its bytes are."""
    text = path.decode("utf-8", "replace")
    shown = "".join(mark if mark.isprintable() else "\ufffd" for mark in text)
    return shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}…"
