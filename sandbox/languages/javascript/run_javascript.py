"""Runs a JavaScript program with Node 24, which waits for it and chooses between itself and an isolate before the first instruction."""

import json
import os

NODE = "/sandbox/bin/node"
# Named as programs are when someone types `node main.js`. The flags have a file of their own because bytecode that was made
# ahead holds only under the same ones: the heap's limit; WebAssembly that reserves what it uses, not 10 GiB for each memory;
# no thread for a debugger; one thread for V8's background work, as the jail's neighbours need the processors too.
FLAGS_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "node-flags.json")
PRELOAD = ("--require", "/sandbox/javascript/preload.cjs")
PROGRAM_PATH = "/workspace/main.js"
# What V8 prints before it aborts: Node's main isolate, and others.
HEAP_IS_FULL = (b"heap out of memory", b"is_heap_oom = 1")
LARGEST_ENGINE_NAME = 32


class Language:
    """Node reads the program from descriptor 3, names its engine on descriptor 4 and closes both."""

    def prepare(self):
        with open(FLAGS_FILE, encoding="utf-8") as file:
            self._command = ("node", *json.load(file), *PRELOAD, PROGRAM_PATH)
        self._engine, self._engine_inside = os.pipe()
        os.set_blocking(self._engine, False)

    def take_descriptors(self):
        return [self._engine_inside]

    def release(self):
        os.close(self._engine_inside)

    def wait_and_run(self, marker):
        os.execv(NODE, self._command)

    def ran_out_of_memory(self, exit_code, stderr_tail, marked):
        return exit_code < 0 and any(sign in stderr_tail for sign in HEAP_IS_FULL)

    def read_engine(self):
        try:
            return os.read(self._engine, LARGEST_ENGINE_NAME).decode("ascii", "replace") or "node"
        except BlockingIOError:
            return "node"
