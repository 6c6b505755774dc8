"""Stands in for a zygote: runs one case in a fresh clone and prints what became of it, as JSON.

Arguments: version of the groups' interface, case, limit in bytes. The base is at /run/memory.
"""

import ctypes
import fcntl
import json
import os
import resource
import signal
import socket
import struct
import sys
import time

from memory_group import MemoryGroup, remove

BASE = "/run/memory"
MIB = 1024 * 1024
CYCLES = 200
CLONE_SYSCALL = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
# Mount, cgroup, uts, ipc, user, pid and network.
NEW_NAMESPACES = 0x20000 | 0x2000000 | 0x4000000 | 0x8000000 | 0x10000000 | 0x20000000 | 0x40000000
F_SETPIPE_SZ = 1031
SIOCSIFFLAGS = 0x8914
IFF_UP = 1

libc = ctypes.CDLL(None, use_errno=True)


def clone():
    pid = libc.syscall(CLONE_SYSCALL, NEW_NAMESPACES | signal.SIGCHLD, 0, 0, 0, 0)
    if pid < 0:
        raise OSError(ctypes.get_errno(), "clone")
    return pid


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def mount(kind, target, options):
    if libc.mount(kind, target, kind, 0, options) != 0:
        raise OSError(ctypes.get_errno(), "mount")


def take_anonymous():
    return [bytearray(MIB) for _ in range(200)]


def take_files():
    for number in range(200):
        with open(f"/tmp/{number}", "wb") as file:
            file.write(bytes(MIB))


def take_inodes():
    for number in range(400_000):
        os.close(os.open(f"/tmp/{number}", os.O_CREAT | os.O_WRONLY))


def take_pipes():
    kept = []
    for _ in range(60):
        reader, writer = os.pipe()
        fcntl.fcntl(writer, F_SETPIPE_SZ, MIB)
        os.write(writer, bytes(MIB))
        kept.append((reader, writer))
    return kept


def fill(sender):
    sender.setblocking(False)
    try:
        while True:
            sender.send(bytes(16384))
    except BlockingIOError:
        pass


def take_unix_sockets():
    kept = []
    for _ in range(1500):
        pair = socket.socketpair()
        fill(pair[0])
        kept.append(pair)
    return kept


def take_tcp_sockets():
    kept = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        for _ in range(100):
            sender = socket.create_connection(server.getsockname())
            kept.append((sender, server.accept()[0]))
            for _ in range(20):
                fill(sender)
                time.sleep(0.001)
    return kept


def take_udp_sockets():
    kept = []
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for _ in range(1500):
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        receiver.bind(("127.0.0.1", 0))
        for _ in range(100):
            sender.sendto(bytes(2000), receiver.getsockname())
        kept.append(receiver)
    return kept


def take_with_processes():
    for _ in range(100):
        if os.fork() == 0:
            kept = bytearray(MIB)
            time.sleep(60)
            os._exit(len(kept) & 1)
    _, status = os.wait()
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def hide_behind_small_processes():
    """Makes the supervisor the largest process that the kernel could pick, if it picked among all."""
    write("/proc/self/oom_score_adj", "0")
    for _ in range(1000):
        if os.fork() == 0:
            kept = bytearray(MIB // 8)
            time.sleep(60)
            os._exit(len(kept) & 1)
    time.sleep(60)


def lose_a_grandchild():
    pid = os.fork()
    if pid == 0:
        take_anonymous()
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def take_little():
    return [bytearray(MIB) for _ in range(20)]


CASES = {
    "anonymous memory": take_anonymous,
    "files in tmpfs": take_files,
    "empty files in tmpfs": take_inodes,
    "pipes": take_pipes,
    "unix sockets": take_unix_sockets,
    "tcp sockets": take_tcp_sockets,
    "udp sockets": take_udp_sockets,
    "many small processes": take_with_processes,
    "small processes, most of all": hide_behind_small_processes,
    "a grandchild": lose_a_grandchild,
    "little": take_little,
}


def run_program(group, case):
    """In the program's process: joins, forgets the group, becomes the one that the kernel picks."""
    group.join()
    group.close()
    write("/proc/self/oom_score_adj", "1000")
    CASES[case]()
    os._exit(0)


def supervise(group, case, ready, report):
    """Process 1 of the jail: stays outside of the group that its program is in."""
    os.read(ready, 1)
    mount(b"proc", b"/proc", None)
    mount(b"tmpfs", b"/tmp", b"size=1g,nr_inodes=1000000")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    pid = os.fork()
    if pid == 0:
        run_program(group, case)
    status = None
    while status is None:
        ended, code = os.wait()
        if ended == pid:
            status = os.waitstatus_to_exitcode(code)
    answer = {"status": status, "oomKills": group.oom_kills(), "peak": group.peak(), "usage": group.usage()}
    os.write(report, json.dumps(answer).encode())
    os._exit(0)


def start(work):
    ready, go = os.pipe()
    pid = clone()
    if pid == 0:
        os.close(go)
        try:
            work(ready)
        except BaseException as error:
            print(repr(error), file=sys.stderr)
        os._exit(1)
    write(f"/proc/{pid}/setgroups", "deny")
    write(f"/proc/{pid}/uid_map", f"0 {os.getuid()} 1")
    write(f"/proc/{pid}/gid_map", f"0 {os.getgid()} 1")
    os.write(go, b"x")
    os.close(ready)
    os.close(go)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def remove_soon(name):
    for _ in range(500):
        if remove(BASE, name):
            return True
        time.sleep(0.01)
    return False


def run_case(version, case, limit):
    group = MemoryGroup.create(BASE, "case", limit, version)
    reader, report = os.pipe()
    supervisor = start(lambda ready: supervise(group, case, ready, report))
    os.close(report)
    with os.fdopen(reader, "rb") as file:
        answer = json.loads(file.read() or b"{}")
    if version == 1:
        with open(f"{BASE}/case/memory.kmem.tcp.max_usage_in_bytes") as file:
            answer["sockets"] = int(file.read())
    group.close()
    return {**answer, "supervisor": supervisor, "removed": remove_soon("case")}


def join_and_leave(group, ready):
    group.join()
    os.read(ready, 1)
    os._exit(0)


def run_cycles(version, count, limit):
    removed = 0
    for number in range(count):
        group = MemoryGroup.create(BASE, f"cycle-{number}", limit, version)
        start(lambda ready, group=group: join_and_leave(group, ready))
        group.close()
        removed += remove_soon(f"cycle-{number}")
    descriptors = len(os.listdir("/proc/self/fd"))
    return {"removed": removed, "groups": count_groups(), "descriptors": descriptors}


def count_groups():
    return sum(entry.is_dir() for entry in os.scandir(BASE))


def refuse(version, limit):
    """Asks for a limit that cannot be had: the interface that this base does not speak."""
    before = count_groups(), len(os.listdir("/proc/self/fd"))
    try:
        MemoryGroup.create(BASE, "refused", limit, 3 - version)
    except OSError:
        return {"refused": True, "same": before == (count_groups(), len(os.listdir("/proc/self/fd")))}
    return {"refused": False}


def stay(version, limit):
    """Holds a group until the standard input ends."""
    group = MemoryGroup.create(BASE, "stay", limit, version)
    group.join()
    print("{}", flush=True)
    sys.stdin.read()


def main():
    version, case, limit = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if case == "cycles":
        answer = run_cycles(version, CYCLES, limit)
    elif case == "refused":
        answer = refuse(version, limit)
    elif case == "stay":
        return stay(version, limit)
    else:
        answer = run_case(version, case, limit)
    print(json.dumps(answer))
    return None


main()
