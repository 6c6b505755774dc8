"""Counts the memory and the files of everything in the jail, as limits of single processes do not bound their sum."""

import os

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
FOLDERS = ("/tmp", "/workspace", "/dev/shm")


def find_excess(limit_bytes, limit_files):
    """Names the limit that the programs of this jail are over: "out_of_memory", "too_many_files" or None."""
    stored_bytes, files = count_stored()
    if files > limit_files:
        return "too_many_files"
    pids = [name for name in os.listdir("/proc") if name.isdigit() and name != "1"]
    # Cheap and too high: pages that processes share count in each of them.
    if stored_bytes + sum(map(read_resident, pids)) <= limit_bytes:
        return None
    if stored_bytes + sum(map(read_own_share, pids)) <= limit_bytes:
        return None
    return "out_of_memory"


def count_stored():
    """Bytes and files in the folders that live in memory."""
    stored_bytes = files = 0
    for folder in FOLDERS:
        state = os.statvfs(folder)
        stored_bytes += (state.f_blocks - state.f_bfree) * state.f_frsize
        files += state.f_files - state.f_ffree
    return stored_bytes, files


def read_resident(pid):
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * PAGE_BYTES
    except (OSError, IndexError, ValueError):
        return 0  # It ended in between.


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
