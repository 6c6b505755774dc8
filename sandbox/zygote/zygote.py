"""A warm interpreter that makes sandboxes: each connection to one of its sockets becomes process 1 of a jail of its own.

It runs in an outer jail and never reads a byte of a program: the connections go to its clones. It keeps each of them open until
everything in the clone's jail is gone, so that the host sees the end of a jail as the end of its connection. On descriptor 3 the host
configures it.
"""

import base64
import ctypes
import gc
import json
import os
import select
import signal
import socket
import sys
import time
from collections import namedtuple

sys.path[:0] = ["/sandbox/languages/python", "/sandbox/supervisor"]

import warm_imports  # isort: skip: it notes what is imported after it
import program
import supervisor
from clone_process import clone_into_namespaces
from enter_jail import enter_jail
from fill_holes import fill_holes
from frames import CONFIGURE, READY, Channel, ChannelClosed
from memory_groups import MemoryGroups
from node_zygote import can_fork_node, enter_middle_namespace, start_node_zygote

CONTROL_DESCRIPTOR = 3
SOCKETS_FOLDER = "/run/zygote"
BACKLOG = 256
# Without an event for so long, memory control groups that nobody uses are removed.
QUIET_MS = 300
# A clone ends when the host hangs up; one that has not by then is killed.
HANG_UP_SECONDS = 1
# A Node that forks, and ends sooner than that, does not work here, and is not started again.
NODE_LIVES_SECONDS = 10


Clone = namedtuple("Clone", "pid connection group")


class Zygote:
    """Accepts connections, clones, and ends clones that nobody wants any more."""

    def __init__(self, control):
        self._control = control
        self._clones = {}
        # The descriptors of connections whose host has hung up, with the time at which their clones are killed.
        self._hung_up = {}
        # Those whose host has not.
        self._connections = set()
        self._groups = None
        self._poll = select.poll()
        self._config = None
        # The process that forks for JavaScript programs, the socket on which supervisors ask it to, and since when; or None.
        self._node = self._forker = self._node_since = None
        self._seccomp_program = None

    def configure(self):
        self._config = json.loads(self._control.wait_for(CONFIGURE))
        self._seccomp_program = base64.b64decode(self._config["seccomp"])
        version = self._config["memory_group_version"]
        if version is not None:
            self._groups = MemoryGroups(self._config["name"], self._config["limits"]["memory_bytes"], version)

    def warm(self):
        """Imports what programs will import, and hides that it did, once for all of them."""
        warm_imports.warm(self._config["warm"])
        languages = [program.load_language(name) for name in ("python", "javascript")]
        languages[0].hide_warmth()
        gc.collect()
        # Memory that is free but not given back is copied, as page tables, with each fork.
        ctypes.CDLL(None).malloc_trim(0)
        fill_holes()
        gc.freeze()

    def prepare_node(self):
        """Without it, supervisors start Node themselves."""
        if not any(limits.get("forks") for limits in self._config["clones"].values()) or not can_fork_node():
            return
        try:
            enter_middle_namespace()
            self._start_node()
        except OSError as error:
            print(f"node zygote: {error}", file=sys.stderr, flush=True)

    def _start_node(self):
        pid, self._forker = start_node_zygote(self._config["limits"], self._config["seccomp"])
        self._node, self._node_since = os.pidfd_open(pid), time.monotonic()
        self._poll.register(self._node, select.POLLIN)

    def _replace_node(self):
        self._poll.unregister(self._node)
        try:
            os.waitid(os.P_PIDFD, self._node, os.WEXITED)
        except ChildProcessError:
            pass  # It ended while this process practised, which takes all children that have.
        os.close(self._node)
        self._forker.close()
        self._node = self._forker = None
        if time.monotonic() - self._node_since > NODE_LIVES_SECONDS:
            self._start_node()

    def serve(self):
        """Returns never: the host ends the zygote, and ChannelClosed is raised when the host has gone."""
        listeners = {}
        for name in self._config["clones"]:
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            listener.bind(f"{SOCKETS_FOLDER}/{name}")
            listener.listen(BACKLOG)
            self._poll.register(listener, select.POLLIN)
            listeners[listener.fileno()] = (listener, name)
        self._poll.register(self._control.fileno(), select.POLLIN)
        self._control.send(READY)
        while True:
            ready = self._poll.poll(self._find_timeout())
            if not ready and self._groups is not None:
                self._groups.remove_idle()
            if self._hung_up:
                self._kill_hung_up()
            descriptors = [descriptor for descriptor, _ in ready]
            # First, as burying closes connections, whose numbers the next ones get.
            for descriptor in self._connections.intersection(descriptors):
                self._hang_up(descriptor)
            for descriptor in descriptors:
                if descriptor in self._clones:
                    self._bury(descriptor)
                elif descriptor == self._control.fileno():
                    self._control.receive()
                elif descriptor == self._node:
                    self._replace_node()
            for descriptor in listeners.keys() & descriptors:
                listener, name = listeners[descriptor]
                connection, _ = listener.accept()
                self._make_sandbox(connection, name)

    def _find_timeout(self):
        if self._hung_up or (self._groups is not None and self._groups.has_idle()):
            return QUIET_MS
        return None

    def _kill_hung_up(self):
        now = time.monotonic()
        for clone in self._clones.values():
            # A clone that is not buried keeps its process id to itself.
            if self._hung_up.get(clone.connection.fileno(), now + 1) <= now:
                os.kill(clone.pid, signal.SIGKILL)

    def _make_sandbox(self, connection, name):
        group = None
        try:
            group = self._groups.take() if self._groups is not None else None
            pid = clone_into_namespaces()
        except OSError as error:
            print(f"clone: {error}", file=sys.stderr, flush=True)
            connection.close()
            self._leave_group(group)
            return
        if pid == 0:
            self._become_sandbox(connection, self._config["clones"][name], group)
        pidfd = os.pidfd_open(pid)
        self._clones[pidfd] = Clone(pid, connection, group)
        self._poll.register(pidfd, select.POLLIN)
        self._poll.register(connection, select.POLLRDHUP)
        self._connections.add(connection.fileno())

    def _leave_group(self, group):
        if group is not None:
            self._groups.give_back(group)

    def _become_sandbox(self, connection, limits, group):
        try:
            os.dup2(connection.detach(), supervisor.CHANNEL_DESCRIPTOR, inheritable=False)
            forker = self._forker if limits.get("forks") else None
            kept = (group.descriptors() if group else set()) | ({forker.fileno()} if forker else set())
            close_others({0, 1, 2, supervisor.CHANNEL_DESCRIPTOR} | kept)
            enter_jail(self._config["limits"], self._seccomp_program)
            supervisor.main(limits, group, forker)
        except Exception as error:  # pylint: disable=broad-except
            print(f"sandbox: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        finally:
            os._exit(1)

    def _hang_up(self, descriptor):
        # Told once: it would be told for ever.
        self._poll.unregister(descriptor)
        self._connections.remove(descriptor)
        self._hung_up[descriptor] = time.monotonic() + HANG_UP_SECONDS

    def _bury(self, pidfd):
        clone = self._clones.pop(pidfd)
        os.waitpid(clone.pid, 0)
        self._poll.unregister(pidfd)
        os.close(pidfd)
        self._leave_group(clone.group)
        descriptor = clone.connection.fileno()
        if self._hung_up.pop(descriptor, None) is None:
            self._poll.unregister(descriptor)
            self._connections.remove(descriptor)
        clone.connection.close()


def close_others(kept):
    """Closes every descriptor that is not kept."""
    low = 0
    for descriptor in sorted(kept):
        # CPython takes an empty range that begins with 0 for everything.
        if low < descriptor:
            os.closerange(low, descriptor)
        low = descriptor + 1
    os.closerange(low, os.sysconf("SC_OPEN_MAX"))


def main():
    # The launcher's descriptor for a filter, which a jail that makes jails does not have.
    os.closerange(CONTROL_DESCRIPTOR + 1, os.sysconf("SC_OPEN_MAX"))
    zygote = Zygote(Channel(socket.socket(fileno=CONTROL_DESCRIPTOR)))
    try:
        zygote.configure()
        zygote.prepare_node()
        zygote.warm()
        zygote.serve()
    except ChannelClosed:
        pass


if __name__ == "__main__":
    main()
