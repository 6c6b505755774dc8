"""Starts a second warm process beside the zygote: a Node that forks for each JavaScript program that needs no more than an isolate.

Python makes the jail; its supervisor then asks Node for a process in it (forked_program.py). Node takes no byte of a program: what it
reads is this configuration, and descriptors from supervisors whose jails hold no program yet.
"""

import ctypes
import fcntl
import json
import os
import signal
import socket
import struct

from enter_jail import CAPABILITIES, LINUX_CAPABILITY_VERSION_3, PR_CAP_AMBIENT, check, install_filter, map_user

NODE = "/sandbox/bin/node"
SCRIPT = "/sandbox/javascript/fork-isolates.cjs"
ADD_ON = "/sandbox/javascript/koffi.node"
FLAGS_FILE = "/sandbox/languages/javascript/node-flags.json"
# A fork has one thread, whatever Node had.
FLAGS = ("--single-threaded", "--disable-sigusr1")
# What fork-isolates.ts expects beside the standard ones.
SOCKET_DESCRIPTOR, SPARE_DESCRIPTORS = 3, (4, 5)

CLONE_NEWUSER = 0x10000000
CAP_SYS_ADMIN = 21
PR_CAP_AMBIENT_RAISE = 2
MADV_DONTFORK = 10
MADVISE_NUMBERS = {"x86_64": 28, "aarch64": 233}

_C = ctypes.CDLL(None, use_errno=True)


def can_fork_node():
    """True when everything is there."""
    return all(map(os.path.exists, (NODE, SCRIPT, ADD_ON)))


def enter_middle_namespace():
    """Makes this process the owner of a user namespace from which jails are made: whoever puts a process into a jail must have a
    capability in the namespace that the jail was made from. Raises OSError."""
    check(_C.unshare(CLONE_NEWUSER))
    map_user()


def start_node_zygote(limits, seccomp):
    """Returns its process id, and the socket on which a supervisor asks. Raises OSError."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid == 0:
        _become_node(theirs)
    theirs.close()
    ours.send(json.dumps({"limits": limits, "seccomp": seccomp, "last_capability": CAPABILITIES[-1]}).encode())
    return pid, ours


def _become_node(theirs):
    try:
        with open(FLAGS_FILE, encoding="utf-8") as file:
            command = ("node", *json.load(file), *FLAGS, SCRIPT)
        channel = fcntl.fcntl(theirs.fileno(), fcntl.F_DUPFD, SPARE_DESCRIPTORS[-1] + 1)
        null = fcntl.fcntl(os.open(os.devnull, os.O_RDWR), fcntl.F_DUPFD, SPARE_DESCRIPTORS[-1] + 1)
        for target in (0, 1, *SPARE_DESCRIPTORS):
            os.dup2(null, target, inheritable=True)
        os.dup2(channel, SOCKET_DESCRIPTOR, inheritable=True)
        os.closerange(SPARE_DESCRIPTORS[-1] + 1, os.sysconf("SC_OPEN_MAX"))
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        _keep_capability(CAP_SYS_ADMIN)
        _let_heap_fork()
        os.execv(NODE, command)
    except BaseException as error:  # pylint: disable=broad-except
        os.write(2, f"node zygote: {type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(127)


def _keep_capability(number):
    """Of all that the owner of a namespace has, it keeps one when it starts Node."""
    header = struct.pack("Ii", LINUX_CAPABILITY_VERSION_3, 0)
    only = 1 << number
    check(_C.capset(header, struct.pack("6I", only, only, only, 0, 0, 0)))
    check(_C.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0))


def _let_heap_fork():
    """V8 keeps its heap from forks by madvise, which only makes a fork that starts another program cheaper: here it pretends success."""
    number = MADVISE_NUMBERS[os.uname().machine]
    load, skip_unless, answer = 0x20, 0x15, 0x06
    instructions = (
        (load, 0, 0, 0),
        (skip_unless, 0, 3, number),
        (load, 0, 0, 32),
        (skip_unless, 0, 1, MADV_DONTFORK),
        (answer, 0, 0, 0x00050000),
        (answer, 0, 0, 0x7FFF0000),
    )
    install_filter(b"".join(struct.pack("HBBI", *instruction) for instruction in instructions))
