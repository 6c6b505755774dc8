"""Runs a JavaScript program with Node 24, which waits for it and chooses between itself and an isolate before the first instruction."""

import json
import os

NODE = "/sandbox/bin/node"
# Named as programs are when someone types `node main.js`. The flags have a file of their own because bytecode that was made
# ahead holds only under the same ones: the heap's limit; WebAssembly that reserves what it uses, not 10 GiB for each memory;
# one thread for V8's background work, as other sandboxes need the processors too.
FLAGS_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "node-flags.json")
PRELOAD = ("--require", "/sandbox/javascript/preload.cjs")
PROGRAM_PATH = "/workspace/main.js"
# What V8 prints before it aborts: Node's main isolate, and others.
HEAP_IS_FULL = (b"heap out of memory", b"is_heap_oom = 1")
LARGEST_NEWS = 64


class Language:
    """Node reads the program from descriptor 3. Descriptor 4 is for news: a line with the engine's name; then it is closed, or an
    isolate's program ends with a line that has its exit code, milliseconds before Node has taken itself down."""

    def prepare(self):
        with open(FLAGS_FILE, encoding="utf-8") as file:
            self._command = ("node", *json.load(file), *PRELOAD, PROGRAM_PATH)
        self.news, self._news_inside = os.pipe()
        os.set_blocking(self.news, False)
        self.news_open = True
        self._told = b""

    def take_descriptors(self):
        return [self._news_inside]

    def release(self):
        os.close(self._news_inside)

    def wait_and_run(self, marker):
        os.execv(NODE, self._command)

    def ran_out_of_memory(self, exit_code, stderr_tail, marked):
        return exit_code < 0 and any(sign in stderr_tail for sign in HEAP_IS_FULL)

    def read_engine(self):
        self.read_exit_code()
        return self._told.split(b"\n")[0].decode("ascii", "replace") or "node"

    def read_exit_code(self):
        """Reads `news`, which may be polled while `news_open`: the exit code of a program that has ended, None until it has."""
        try:
            piece = os.read(self.news, LARGEST_NEWS)
            self._told += piece
            self.news_open = piece != b"" and len(self._told) < LARGEST_NEWS
        except BlockingIOError:
            pass
        lines = self._told.split(b"\n")
        return int(lines[1]) if len(lines) == 3 and lines[1].isdigit() else None
