"""A warm interpreter that makes sandboxes: each connection to its socket becomes process 1 of a jail of its own.

It runs in an outer jail and never reads a byte of a program: the connections go to its clones. On descriptor 3 the host configures
it, hears of each jail that has ended, and may have one killed.
"""

import base64
import gc
import json
import os
import select
import signal
import socket
import struct
import sys
from collections import namedtuple

sys.path[:0] = ["/sandbox/languages/python", "/sandbox/supervisor"]

import warm_imports  # isort: skip: it notes what is imported after it
import program
import supervisor
from clone_process import clone_into_namespaces
from enter_jail import enter_jail
from frames import CLONE, CONFIGURE, ENDED, KILL, READY, Channel, ChannelClosed
from memory_groups import MemoryGroups

CONTROL_DESCRIPTOR = 3
SOCKET_PATH = "/run/zygote/socket"
BACKLOG = 256
NUMBER = struct.Struct(">I")
# Without an event for so long, memory control groups that nobody uses are removed.
QUIET_MS = 300


Clone = namedtuple("Clone", "number pid group")


class Zygote:
    """Accepts connections, clones, and tells of clones that have ended."""

    def __init__(self, control):
        self._control = control
        self._count = 0
        self._clones = {}
        self._groups = None
        self._poll = select.poll()
        self._config = None
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
        gc.freeze()

    def serve(self):
        """Returns never: the host ends the zygote, and ChannelClosed is raised when the host has gone."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(SOCKET_PATH)
        listener.listen(BACKLOG)
        self._poll.register(listener, select.POLLIN)
        self._poll.register(self._control.fileno(), select.POLLIN)
        self._control.send(READY)
        while True:
            ready = self._poll.poll(QUIET_MS if self._groups is not None and self._groups.has_idle() else None)
            if not ready:
                self._groups.remove_idle()
            for descriptor, _ in ready:
                if descriptor == listener.fileno():
                    connection, _ = listener.accept()
                    self._make_sandbox(connection)
                elif descriptor == self._control.fileno():
                    self._obey()
                else:
                    self._bury(descriptor)

    def _make_sandbox(self, connection):
        self._count += 1
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
            self._become_sandbox(connection, group)
        pidfd = os.pidfd_open(pid)
        self._clones[pidfd] = Clone(self._count, pid, group)
        self._poll.register(pidfd, select.POLLIN)
        try:
            Channel(connection).send(CLONE, NUMBER.pack(self._count))
        except ChannelClosed:
            pass  # The host has changed its mind; the clone sees that as well.
        connection.close()

    def _leave_group(self, group):
        if group is not None:
            self._groups.give_back(group)

    def _become_sandbox(self, connection, group):
        try:
            os.dup2(connection.detach(), supervisor.CHANNEL_DESCRIPTOR, inheritable=False)
            close_others({0, 1, 2, supervisor.CHANNEL_DESCRIPTOR} | (group.descriptors() if group else set()))
            enter_jail(self._config["limits"], self._seccomp_program)
            supervisor.main(group)
        except Exception as error:  # pylint: disable=broad-except
            print(f"sandbox: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        finally:
            os._exit(1)

    def _obey(self):
        for kind, payload in self._control.receive():
            if kind != KILL:
                continue
            (number,) = NUMBER.unpack(payload)
            for clone in self._clones.values():
                # A clone that is not buried keeps its process id to itself.
                if clone.number == number:
                    os.kill(clone.pid, signal.SIGKILL)

    def _bury(self, pidfd):
        self._poll.unregister(pidfd)
        os.close(pidfd)
        clone = self._clones.pop(pidfd)
        os.waitpid(clone.pid, 0)
        self._leave_group(clone.group)
        self._control.send(ENDED, NUMBER.pack(clone.number))


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
        zygote.warm()
        zygote.serve()
    except ChannelClosed:
        pass


if __name__ == "__main__":
    main()
