"""Finds what a program left in its working folder: a bounded number of looks, and no link is ever followed."""

import os
import stat
from collections import deque

from working_folder import PROGRAMS, open_folder

# Entries that are looked at; what lies beyond is only counted, where its folder was read.
MOST_LOOKS = 2000
MOST_FOLDERS_DEEP = 16
LONGEST_PATH_BYTES = 255
BLOCK_BYTES = 512
COMPILED_MODULES = b"__pycache__"
# The host ends a jail that sends another name. Controls, and the separators of lines and paragraphs.
UNSEEN = frozenset(map(chr, (*range(32), *range(127, 160), 0x2028, 0x2029)))

# The file types of stat(2) that are not handed over, as the host knows them.
_REASONS = {
    stat.S_IFLNK: "link",
    stat.S_IFIFO: "fifo",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}


class Findings:
    """What was found: regular files as (path, state), other things as (path, reason), and how many were not looked at."""

    def __init__(self, most_looks=MOST_LOOKS):
        self.files = []
        self.skipped = []
        self.left_out = 0
        self._looks = most_looks

    def search(self, root, top=b"", ignored=()):
        """Looks through the folder `top` and those below it, level by level: one that is full hides nothing beside it."""
        waiting = deque([top])
        while waiting:
            path = waiting.popleft()
            try:
                folder = open_folder(root, path.split(b"/") if path else ())
            except OSError:
                self.skipped.append((path, "unreadable"))
                continue
            try:
                waiting.extend(self._read(folder, path, ignored))
            finally:
                os.close(folder)

    def _read(self, folder, path, ignored):
        """Returns the folders in this one that are to be searched."""
        try:
            names = sorted(map(os.fsencode, os.listdir(folder)))
        except OSError:
            self.skipped.append((path, "unreadable"))
            return
        for name in names:
            whole = path + b"/" + name if path else name
            if whole in ignored or name == COMPILED_MODULES:
                continue
            if self._looks == 0:
                self.left_out += 1
                continue
            self._looks -= 1
            state = os.stat(name, dir_fd=folder, follow_symlinks=False)
            reason = find_reason(whole, state)
            if reason is not None:
                self.skipped.append((whole, reason))
            elif stat.S_ISDIR(state.st_mode):
                yield whole
            else:
                self.files.append((whole, state))


def find_reason(path, state):
    """Why this is not handed over, whatever the limits are; None when it may be, or is a folder to search."""
    if not is_readable_name(path):
        return "name"
    if stat.S_ISDIR(state.st_mode):
        if path in PROGRAMS.values():
            return "reserved"
        return "deep" if path.count(b"/") >= MOST_FOLDERS_DEEP else None
    if stat.S_ISREG(state.st_mode):
        if state.st_nlink > 1:
            return "hard_link"
        return "holes" if state.st_blocks * BLOCK_BYTES < state.st_size else None
    return _REASONS.get(stat.S_IFMT(state.st_mode), "device")


def is_readable_name(path):
    try:
        text = path.decode()
    except UnicodeDecodeError:
        return False
    return len(path) <= LONGEST_PATH_BYTES and UNSEEN.isdisjoint(text)
