"""Counts the memory, the files and the processor time of everything in the jail: limits of single processes do not bound their sum."""

import os
import resource

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PROCESSORS = os.cpu_count() or 1
# net.core.wmem_default, which programs cannot raise (seccomp-program.ts).
SOCKET_BYTES = 212_992
FOLDERS = ("/tmp", "/workspace", "/dev/shm")


class Usage:
    """Compares what the programs of this jail use with what they may use."""

    def __init__(self, limits, cpu_ms, memory_group):
        self._limits = limits
        self._cpu_ms = cpu_ms
        self._memory_group = memory_group

    def find_excess(self, elapsed_seconds):
        """Names the limit that they are over: "out_of_memory", "too_many_files", "cpu_exhausted" or None."""
        if self.was_killed_for_memory():
            return "out_of_memory"
        stored_bytes, files = count_stored()
        if files > self._limits["files"]:
            return "too_many_files"
        pids = [name for name in os.listdir("/proc") if name.isdigit() and name != "1"]
        # Whatever runs cannot have used more than all processors since the start.
        if elapsed_seconds * PROCESSORS * 1000 > self._cpu_ms and sum_cpu_ms(pids) > self._cpu_ms:
            return "cpu_exhausted"
        if self._memory_group is None and is_more(pids, self._limits["memory_bytes"] - stored_bytes - bound_sockets()):
            return "out_of_memory"
        return None

    def was_killed_for_memory(self):
        """True when the kernel ended a process of the memory control group, even one that its parent did not miss."""
        return self._memory_group is not None and self._memory_group.oom_kills() > 0


def is_more(pids, limit_bytes):
    # Cheap and too high: pages that processes share count in each of them.
    return sum(map(read_resident, pids)) > limit_bytes and sum(map(read_own_share, pids)) > limit_bytes


def count_stored():
    """Bytes and files in the folders that live in memory; folders of one file system count once."""
    stored_bytes = files = 0
    for folder in {os.stat(folder).st_dev: folder for folder in FOLDERS}.values():
        state = os.statvfs(folder)
        stored_bytes += (state.f_blocks - state.f_bfree) * state.f_frsize
        files += state.f_files - state.f_ffree
    return stored_bytes, files


def bound_sockets():
    """What the sockets of this jail, also those on their way between processes, may hold in the kernel's buffers at most."""
    with open("/proc/net/sockstat", "rb") as file:
        return int(file.readline().split()[2]) * SOCKET_BYTES


def sum_cpu_ms(pids):
    """Processor time of the living, and of the ended whose parents, or this process, took notice of their end."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (ended.ru_utime + ended.ru_stime) * 1000 + sum(map(read_cpu_ms, pids))


def read_cpu_ms(pid):
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            # The name, in parentheses, may hold anything; utime, stime, cutime and cstime are fields 14 to 17 (proc(5)).
            fields = file.read().rpartition(b")")[2].split()
        return sum(map(int, fields[11:15])) * 1000 / TICKS_PER_SECOND
    except (OSError, IndexError, ValueError):
        return 0  # It ended in between.


def read_resident(pid):
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * PAGE_BYTES
    except (OSError, IndexError, ValueError):
        return 0


def read_own_share(pid):
    """The process's share of memory that is not a file's; what hides its share counts in full."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            fields = (line.split() for line in file)
            kilobytes = sum(int(field[1]) for field in fields if field[0] in (b"Pss_Anon:", b"Pss_Shmem:"))
            return kilobytes * 1024
    except PermissionError:
        return read_resident(pid)
    except (OSError, IndexError, ValueError):
        return 0
