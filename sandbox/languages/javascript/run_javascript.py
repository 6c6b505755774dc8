"""Runs a JavaScript program with Node 24, which waits for it and chooses between itself and an isolate before the first instruction."""

import json
import os
import signal

NODE = "/sandbox/bin/node"
# Named as programs are when someone types `node main.js`. The flags have a file of their own because bytecode that was made
# ahead holds only under the same ones: the heap's limit; WebAssembly that reserves what it uses, not 10 GiB for each memory;
# one thread for V8's background work, as other sandboxes need the processors too.
FLAGS_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "node-flags.json")
PRELOAD = ("--require", "/sandbox/javascript/preload.cjs")
PROGRAM_PATH = "/workspace/main.js"
IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)
# What V8 prints before it aborts: Node's main isolate, and others.
HEAP_IS_FULL = (b"heap out of memory", b"is_heap_oom = 1")
# An error like any other: what an uncaught one prints.
NO_MORE_BUFFERS = b"RangeError: Array buffer allocation failed"


class Language:
    """Node itself reads the program from descriptor 3 and tells its news on descriptor 4: an isolate's program ends with a line that
    has its exit code, milliseconds before Node has taken itself down."""

    engine = "node"
    # It starts to wait long after it was started.
    tells_news = True

    def __init__(self):
        with open(FLAGS_FILE, encoding="utf-8") as file:
            self._command = ("node", *json.load(file), *PRELOAD, PROGRAM_PATH)

    def wait_and_run(self, marker):
        for number in IGNORED_BY_PYTHON:
            signal.signal(number, signal.SIG_DFL)
        os.execv(NODE, self._command)

    def ran_out_of_memory(self, exit_code, stderr_tail, marked):
        if exit_code < 0:
            return any(sign in stderr_tail for sign in HEAP_IS_FULL)
        return exit_code == 1 and NO_MORE_BUFFERS in stderr_tail
