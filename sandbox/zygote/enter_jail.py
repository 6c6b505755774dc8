"""Makes the calling process, just cloned into new namespaces, process 1 of a jail: own folders, no network, no privileges, limits.

What is inside is what bubblewrap gave to the zygote, whose mounts cannot be undone from here; everything that could be written to, or
that leads out, is covered.
"""

import ctypes
import fcntl
import os
import resource
import socket
import struct

INNER_ID = 65534

# include/uapi/linux/mount.h
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
# include/uapi/linux/prctl.h, seccomp.h, capability.h
PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 22, 24, 38, 47
SECCOMP_MODE_FILTER, PR_CAP_AMBIENT_CLEAR_ALL = 2, 4
LINUX_CAPABILITY_VERSION_3 = 0x20080522
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1

# It does not change while the kernel runs.
with open("/proc/sys/kernel/cap_last_cap", encoding="ascii") as _file:
    LAST_CAPABILITY = int(_file.read())

WORKING_FOLDER = "/workspace"
# Subfolders of one file system, so that its size and its number of files bound all of them together.
WRITABLE_FOLDERS = {"tmp": "/tmp", "shm": "/dev/shm", "workspace": WORKING_FOLDER}
# The zygote's way to the host.
OUTSIDE_FOLDER = "/run"

_C = ctypes.CDLL(None, use_errno=True)
_C.mount.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p]
_C.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4


def enter_jail(limits, seccomp_program):
    """Raises OSError when the kernel refuses a step: a jail that lacks one never runs a program."""
    map_user()
    make_folders(limits["disk_bytes"], limits["files"])
    start_loopback()
    write_file("/proc/sys/user/max_user_namespaces", "0")
    cover(OUTSIDE_FOLDER)
    os.chdir(WORKING_FOLDER)
    set_limits(limits)
    drop_capabilities()
    install_filter(seccomp_program)


def map_user():
    write_file("/proc/self/setgroups", "deny")
    write_file("/proc/self/uid_map", f"{INNER_ID} {INNER_ID} 1")
    write_file("/proc/self/gid_map", f"{INNER_ID} {INNER_ID} 1")


def make_folders(disk_bytes, files):
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    mount("tmpfs", WORKING_FOLDER, "tmpfs", MS_NOSUID | MS_NODEV, f"size={disk_bytes},nr_inodes={files},mode=755")
    for name, target in WRITABLE_FOLDERS.items():
        source = f"{WORKING_FOLDER}/{name}"
        os.mkdir(source)
        os.chmod(source, 0o755 if target == WORKING_FOLDER else 0o1777)
        mount(source, target, None, MS_BIND)
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    # Terminals of another jail would be seen in the zygote's.
    mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620")


def start_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh22x", b"lo", 0)
        name, flags = struct.unpack("16sh22x", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request))
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh22x", name, flags | IFF_UP))


def cover(folder):
    mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, "size=4k,nr_inodes=2,mode=755")


def set_limits(limits):
    for kind, value in (
        (resource.RLIMIT_NPROC, limits["processes"]),
        (resource.RLIMIT_NOFILE, limits["open_files"]),
        (resource.RLIMIT_FSIZE, limits["file_size_bytes"]),
        (resource.RLIMIT_STACK, limits["stack_bytes"]),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (value, value))


def drop_capabilities():
    for capability in range(LAST_CAPABILITY + 1):
        prctl(PR_CAPBSET_DROP, capability)
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    header = struct.pack("Ii", LINUX_CAPABILITY_VERSION_3, 0)
    check(_C.capset(header, bytes(24)))


def install_filter(program):
    """The filter is an array of `struct sock_filter`, 8 bytes each (https://docs.kernel.org/userspace-api/seccomp_filter.html)."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    instructions = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(instructions))
    filter_program = ctypes.create_string_buffer(header, len(header))
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(filter_program))


def mount(source, target, kind, flags, options=None):
    encoded = [None if text is None else text.encode() for text in (source, target, kind, options)]
    check(_C.mount(encoded[0], encoded[1], encoded[2], flags, encoded[3]))


def prctl(option, first=0, second=0):
    check(_C.prctl(option, first, second, 0, 0))


def check(result):
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def write_file(path, text):
    # A file object would look for its encoding first, in each clone anew.
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
