"""The memory control groups of one zygote's clones. Making and removing one costs more than a clone may: each serves many, one after
the other, and goes when nobody has asked for a while."""

from memory_group import MemoryGroup, remove

FOLDER = "/run/memory"
# What the kernel frees a moment after the processes of a clone are gone, and no more than the next one can spare.
LARGEST_REST_BYTES = 1 << 20


class MemoryGroups:
    """Hands out groups that hold no process and next to no memory."""

    def __init__(self, prefix, limit_bytes, version):
        self._prefix = prefix
        self._limit_bytes = limit_bytes
        self._version = version
        self._count = 0
        self._idle = []

    def take(self):
        """Returns a group; raises OSError when none can be made."""
        for group in self._idle:
            if group.usage() < LARGEST_REST_BYTES:
                self._idle.remove(group)
                group.reset()
                return group
        self._count += 1
        name = f"{self._prefix}-{self._count}"
        return MemoryGroup.create(FOLDER, name, self._limit_bytes, self._version)

    def give_back(self, group):
        """Takes a group whose processes are reaped."""
        self._idle.append(group)

    def has_idle(self):
        return bool(self._idle)

    def remove_idle(self):
        """Removes those that nobody uses, but for what the kernel still holds: that is for the next time."""
        for group in list(self._idle):
            if remove(FOLDER, group.name):
                self._idle.remove(group)
                group.close()
