"""Makes the calling process, just cloned into new namespaces, process 1 of a jail: own folders, no network, no privileges, limits.

What is inside is what bubblewrap gave to the zygote, whose mounts cannot be undone from here; everything that could be written to, or
that leads out, is covered.
"""

import ctypes
import struct
from _socket import AF_INET, SOCK_DGRAM, socket
from fcntl import ioctl
from os import O_WRONLY, chdir, chmod, close, mkdir, strerror, write
from os import open as open_file
from resource import RLIMIT_CORE, RLIMIT_FSIZE, RLIMIT_NOFILE, RLIMIT_NPROC, RLIMIT_STACK, setrlimit

# Every name of a module that is looked up there, and not here, writes to some pages of memory, and each page that a clone writes to is
# copied first: that, and not what is done, takes most of the time of a clone.

INNER_ID = 65534

# include/uapi/linux/mount.h
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
# include/uapi/linux/prctl.h, seccomp.h, capability.h
PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 22, 24, 38, 47
SECCOMP_MODE_FILTER, PR_CAP_AMBIENT_CLEAR_ALL = 2, 4
LINUX_CAPABILITY_VERSION_3 = 0x20080522
NO_CAPABILITIES = (struct.pack("Ii", LINUX_CAPABILITY_VERSION_3, 0), bytes(24))
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
LOOPBACK_UP = struct.pack("16sh22x", b"lo", IFF_UP)

# It does not change while the kernel runs.
with open("/proc/sys/kernel/cap_last_cap", encoding="ascii") as _file:
    CAPABILITIES = range(int(_file.read()) + 1)

WORKING_FOLDER = b"/workspace"
# Subfolders of one file system, so that its size and its number of files bound all of them together.
WRITABLE_FOLDERS = (
    (b"/workspace/tmp", b"/tmp", 0o1777),
    (b"/workspace/shm", b"/dev/shm", 0o1777),
    (b"/workspace/workspace", WORKING_FOLDER, 0o755),
)
# The zygote's way to the host.
OUTSIDE_FOLDER = b"/run"

_C = ctypes.CDLL(None, use_errno=True)
_mount, _prctl, _capset = _C.mount, _C.prctl, _C.capset
_mount.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p]
_prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
_filter_header = struct.Struct("HxxxxxxP").pack
# Include/cpython/bytesobject.h: the content stands at the end of the object, with a zero behind it.
_CONTENT = bytes.__basicsize__ - 1


def enter_jail(limits, seccomp_program):
    """Raises OSError when the kernel refuses a step: a jail that lacks one never runs a program."""
    map_user()
    make_folders(limits["disk_bytes"], limits["files"])
    start_loopback()
    write_file("/proc/sys/user/max_user_namespaces", b"0")
    cover(OUTSIDE_FOLDER)
    chdir(WORKING_FOLDER)
    set_limits(limits)
    drop_capabilities()
    install_filter(seccomp_program)


def map_user():
    write_file("/proc/self/setgroups", b"deny")
    write_file("/proc/self/uid_map", b"%d %d 1" % (INNER_ID, INNER_ID))
    write_file("/proc/self/gid_map", b"%d %d 1" % (INNER_ID, INNER_ID))


def make_folders(disk_bytes, files):
    mount(None, b"/", None, MS_REC | MS_PRIVATE)
    options = b"size=%d,nr_inodes=%d,mode=755" % (disk_bytes, files)
    mount(b"tmpfs", WORKING_FOLDER, b"tmpfs", MS_NOSUID | MS_NODEV, options)
    for source, target, mode in WRITABLE_FOLDERS:
        mkdir(source)
        chmod(source, mode)
        mount(source, target, None, MS_BIND)
    mount(b"proc", b"/proc", b"proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    # Terminals of another jail would be seen in the zygote's.
    mount(b"devpts", b"/dev/pts", b"devpts", MS_NOSUID | MS_NOEXEC, b"newinstance,ptmxmode=0666,mode=620")


def start_loopback():
    any_socket = socket(AF_INET, SOCK_DGRAM)
    ioctl(any_socket.fileno(), SIOCSIFFLAGS, LOOPBACK_UP)
    any_socket.close()


def cover(folder):
    mount(b"tmpfs", folder, b"tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, b"size=4k,nr_inodes=2,mode=755")


def set_limits(limits):
    for kind, value in (
        (RLIMIT_NPROC, limits["processes"]),
        (RLIMIT_NOFILE, limits["open_files"]),
        (RLIMIT_FSIZE, limits["file_size_bytes"]),
        (RLIMIT_STACK, limits["stack_bytes"]),
        (RLIMIT_CORE, 0),
    ):
        setrlimit(kind, (value, value))


def drop_capabilities():
    for capability in CAPABILITIES:
        check(_prctl(PR_CAPBSET_DROP, capability, 0, 0, 0))
    check(_prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))
    check(_capset(*NO_CAPABILITIES))


def install_filter(program):
    """The filter is an array of `struct sock_filter`, 8 bytes each (https://docs.kernel.org/userspace-api/seccomp_filter.html)."""
    check(_prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    header = _filter_header(len(program) // 8, id(program) + _CONTENT)
    check(_prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, id(header) + _CONTENT, 0, 0))


def mount(source, target, kind, flags, options=None):
    check(_mount(source, target, kind, flags, options))


def check(result):
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, strerror(error))


def write_file(path, content):
    # A file object would look for its encoding first, in each clone anew.
    descriptor = open_file(path, O_WRONLY)
    try:
        write(descriptor, content)
    finally:
        close(descriptor)
