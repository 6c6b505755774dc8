"""The working folder of a jail as the supervisor reads and writes it: step by step below one descriptor, never through a link."""

import os
import zlib

FOLDER = "/workspace"
PROGRAMS = {"python": b"main.py", "javascript": b"main.js"}
PIECE_BYTES = 65536

_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# A FIFO that took a file's place would hold up whoever opens it.
READ_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def open_root():
    return os.open(FOLDER, _FOLDER_FLAGS)


def open_folder(root, steps, creates=False):
    """Returns a descriptor that the caller closes; raises OSError when a step is no folder."""
    current = os.dup(root)
    for step in steps:
        try:
            if creates:
                _make_folder(step, current)
            below = os.open(step, _FOLDER_FLAGS, dir_fd=current)
        finally:
            os.close(current)
        current = below
    return current


def _make_folder(name, folder):
    try:
        os.mkdir(name, 0o755, dir_fd=folder)
        os.chmod(name, 0o755, dir_fd=folder)
    except FileExistsError:
        pass


def create_file(root, path):
    """A new file with the folders above it; raises OSError when there is one."""
    *folders, name = path.split(b"/")
    folder = open_folder(root, folders, creates=True)
    try:
        descriptor = os.open(name, _CREATE_FLAGS, 0o644, dir_fd=folder)
    finally:
        os.close(folder)
    os.fchmod(descriptor, 0o644)
    return descriptor


def open_file(root, path):
    *folders, name = path.split(b"/")
    folder = open_folder(root, folders)
    try:
        return os.open(name, READ_FLAGS, dir_fd=folder)
    finally:
        os.close(folder)


def look_at(root, path):
    """What is there, itself and not what it may link to; None when nothing can be seen."""
    *folders, name = path.split(b"/")
    try:
        folder = open_folder(root, folders)
    except OSError:
        return None
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return None
    finally:
        os.close(folder)


def to_identity(state):
    return state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns


def sum_up(root, path):
    """A checksum of the content; raises OSError."""
    descriptor = open_file(root, path)
    try:
        checksum = 0
        while piece := os.read(descriptor, PIECE_BYTES):
            checksum = zlib.crc32(piece, checksum)
        return checksum
    finally:
        os.close(descriptor)
