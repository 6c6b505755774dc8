"""Memory control groups: one for each program, so that everything the kernel keeps for it counts together.

The host makes the base (memory-cgroup.ts), gives it to the jail's user and binds it into the zygote's jail. The zygote makes a
subgroup before it clones; the program's process joins it before it knows its program. Files and their meaning follow the
kernel's admin-guide/cgroup-v1/memory.rst and admin-guide/cgroup-v2.rst.
"""

import errno
import os
from os import pread, write

# The longest file read here is memory.events of version 2: a few lines.
READ_BYTES = 4096
SOCKETS_SHARE = 4

# Version -> what is written, in this order; what this kernel may lack or forbid is optional.
_LIMITS = {
    1: (
        ("memory.limit_in_bytes", "{limit}", True),
        # Counts swap as well; never below the limit of memory, so it comes second.
        ("memory.memsw.limit_in_bytes", "{limit}", False),
        ("memory.swappiness", "0", False),
        # Version 1 counts the buffers of network sockets, not only of TCP, apart from everything else: they get a part on top. At
        # that limit nothing is killed; datagrams are dropped and streams wait.
        ("memory.kmem.tcp.limit_in_bytes", "{sockets}", False),
    ),
    2: (
        ("memory.max", "{limit}", True),
        ("memory.swap.max", "0", False),
        # The supervisor ends what the killer leaves, and says why: never all at once.
        ("memory.oom.group", "0", False),
    ),
}
# Version -> the files of the count of kills, the bytes in use and the most that were in use.
_READINGS = {
    1: ("memory.oom_control", "memory.usage_in_bytes", "memory.max_usage_in_bytes"),
    2: ("memory.events", "memory.current", "memory.peak"),
}


class MemoryGroup:
    """One group. It holds its files open, so it can be joined and read when its folder is out of sight."""

    def __init__(self, name, descriptors):
        self.name = name
        self._procs, self._kills, self._usage, self._peak = descriptors
        self._descriptors = {descriptor for descriptor in descriptors if descriptor is not None}
        self._kills_before = 0

    @classmethod
    def create(cls, base, name, limit_bytes, version):
        """Makes the group `name` below the folder `base`, with its limit set, and opens its files.

        Call it in the zygote, before clone(): whether a file of version 2 may move a process is judged by the cgroup namespace of
        whoever opened it. Raises OSError, and leaves no group behind, when it cannot be made or limited.
        """
        folder = os.path.join(base, name)
        os.mkdir(folder)
        descriptors = []
        try:
            for file, value, needed in _LIMITS[version]:
                _write(os.path.join(folder, file), value.format(limit=limit_bytes, sockets=limit_bytes // SOCKETS_SHARE), needed)
            descriptors.append(_open(folder, "cgroup.procs", os.O_WRONLY))
            kills, usage, peak = _READINGS[version]
            descriptors.append(_open(folder, kills, os.O_RDONLY))
            descriptors.append(_open(folder, usage, os.O_RDONLY))
            # Version 2 has it since Linux 5.19.
            descriptors.append(_open(folder, peak, os.O_RDONLY, needed=False))
        except BaseException:
            _close_all(descriptors)
            os.rmdir(folder)
            raise
        return cls(name, descriptors)

    def join(self):
        """Moves the calling process; its later children start in the group. What it took before stays counted elsewhere.

        Works in any namespaces, with or without an identity there: the kernel compares the host's user ids. Raises OSError.
        """
        write(self._procs, b"0")

    def reset(self):
        """Begins to count kills anew: for the next program."""
        self._kills_before += self.oom_kills()

    def oom_kills(self):
        """How many processes of the group the kernel killed for want of memory, grandchildren included."""
        for line in _read(self._kills).splitlines():
            key, _, value = line.partition(b" ")
            if key == b"oom_kill":
                return int(value) - self._kills_before
        return 0

    def usage(self):
        """Bytes that count against the limit now: processes, files in tmpfs and what the kernel keeps for them."""
        return int(_read(self._usage))

    def peak(self):
        """The most bytes that were in use at once; what is in use now where the kernel does not keep the peak."""
        return int(_read(self._usage if self._peak is None else self._peak))

    @property
    def procs(self):
        """What another process writes `0` to, to join."""
        return self._procs

    def descriptors(self):
        """What must stay open for the other methods to work."""
        return self._descriptors

    def close(self):
        """Closes the files, and leaves the group. Programs must not inherit them: call it in their process after `join`."""
        _close_all((self._procs, self._kills, self._usage, self._peak))
        self._procs = self._kills = self._usage = self._peak = None


def remove(base, name):
    """Removes a group whose processes are reaped. False when the kernel still holds it: try again later."""
    try:
        os.rmdir(os.path.join(base, name))
    except FileNotFoundError:
        return True
    except OSError as error:
        if error.errno == errno.EBUSY:
            return False
        raise
    return True


def _open(folder, file, flags, needed=True):
    try:
        return os.open(os.path.join(folder, file), flags | os.O_CLOEXEC)
    except OSError:
        if needed:
            raise
        return None


def _write(path, value, needed):
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(descriptor, value.encode())
        finally:
            os.close(descriptor)
    except OSError:
        if needed:
            raise


def _read(descriptor):
    return pread(descriptor, READ_BYTES, 0)


def _close_all(descriptors):
    for descriptor in descriptors:
        if descriptor is not None:
            os.close(descriptor)
