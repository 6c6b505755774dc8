"""Puts the files that come with a program into the working folder, before there is a program."""

import errno
import json
import os
import zlib
from collections import namedtuple

from frames import ACCEPTED, DATA, REFUSED
from working_folder import FOLDER, create_file, open_root, to_identity

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

# A file as it was put in. The checksum is for what changes no time stamp: a write to memory that is mapped (mmap(2)).
Placed = namedtuple("Placed", "index identity checksum")


def place_files(channel, payload, most_files):
    """Takes what the payload of an inputs frame announces, and returns each path with its Placed. Files that cannot be placed are
    refused; ChannelClosed is raised when the host has then hung up."""
    inputs = json.loads(payload)
    try:
        announced = [(to_path(name), size) for name, size in inputs["files"]]
        if len(announced) >= most_files:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        check_space(sum(-(-size // PAGE_BYTES) * PAGE_BYTES for _, size in announced) + inputs["reserve_bytes"])
        channel.send(ACCEPTED)
        return place_all(channel, announced)
    except (OSError, ValueError) as error:
        has_no_space = getattr(error, "errno", None) in NO_SPACE
        channel.send(REFUSED, b"no_space" if has_no_space else b"bad_name")
    # An end without having read everything might reach the host before the refusal.
    while True:
        channel.next()


def to_path(name):
    path = name.encode()
    if any(step in (b"", b".", b"..") for step in path.split(b"/")):
        raise ValueError(name)
    return path


def check_space(needed):
    state = os.statvfs(FOLDER)
    if needed > state.f_bavail * state.f_frsize:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def place_all(channel, announced):
    root = open_root()
    try:
        return {path: place(channel, root, path, size, index) for index, (path, size) in enumerate(announced)}
    finally:
        os.close(root)


def place(channel, root, path, size, index):
    descriptor = create_file(root, path)
    try:
        checksum = 0
        while size > 0:
            piece = channel.wait_for(DATA)
            write_all(descriptor, piece)
            checksum = zlib.crc32(piece, checksum)
            size -= len(piece)
        return Placed(index, to_identity(os.fstat(descriptor)), checksum)
    finally:
        os.close(descriptor)


def write_all(descriptor, piece):
    left = memoryview(piece)
    while left:
        left = left[os.write(descriptor, left):]
