"""Does in a zygote what each of its clones does, so that clones find it done.

CPython remembers where it has found a name of a class, and compiles code for the types that it has seen, both in places that are all
over its memory (Objects/typeobject.c, Python/specialize.c). A clone that does something for the first time writes to those places,
and each page that it writes to is copied first.
"""

from _socket import socketpair
from os import close

from enter_jail import write_file
from frames import EXIT, REQUEST, Channel, from_json, to_json
from program import load_language, start_waiting
from supervisor import Run, wait_until_ready

TIMES = 12
LIMITS = {"language": "python", "output_bytes": 1 << 10, "memory_bytes": 1 << 40, "files": 1 << 20}
REQUEST_FIELDS = {"code": "print()", "stdin": "", "timeout_ms": 10_000, "cpu_ms": 10_000, "svg": False, "collect": None}


class Silent:
    """A bell that nobody rings."""

    descriptor = None


def practise():
    """Runs an empty program some times. It ends like any other, but nothing else is ended, or handed over: this is no jail."""
    for _ in range(TIMES):
        host, own = socketpair()
        _practise_once(Channel(host), Channel(own))
        host.close()
        own.close()
        load_language(LIMITS["language"]).practise()
        write_file("/dev/null", b"")


def _practise_once(host, channel):
    waiting = start_waiting(LIMITS, None)
    wait_until_ready(channel, waiting)
    host.send(REQUEST, to_json(REQUEST_FIELDS))
    request = from_json(channel.wait_for(REQUEST))
    run = Run(channel, waiting, LIMITS, (request, {}), None, Silent())
    run.watch()
    run.report()
    host.wait_for(EXIT)
    close(waiting.pidfd)
