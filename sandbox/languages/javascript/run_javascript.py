"""Runs a JavaScript program with Node 24, which chooses between itself and an isolate before the first instruction."""

import os

NODE = "/sandbox/bin/node"
COMMAND = (
    NODE,
    "--max-old-space-size=400",
    # WebAssembly then reserves what it uses, not 10 GiB for each memory.
    "--disable-wasm-trap-handler",
    "--require",
    "/sandbox/javascript/preload.cjs",
    "/workspace/main.js",
)
# What V8 prints before it aborts: Node's main isolate, and others.
HEAP_IS_FULL = (b"heap out of memory", b"is_heap_oom = 1")
LARGEST_ENGINE_NAME = 32


class Language:
    """The program arrives in Node on descriptor 3; Node names its engine on descriptor 4 and closes both."""

    def prepare(self, request):
        self._source = os.open("/tmp", os.O_TMPFILE | os.O_RDWR, 0o600)
        with os.fdopen(os.dup(self._source), "wb") as file:
            file.write(request["code"].encode("utf-8", "replace"))
        os.lseek(self._source, 0, os.SEEK_SET)
        self._engine, self._engine_inside = os.pipe()
        os.set_blocking(self._engine, False)

    def take_descriptors(self):
        return [self._source, self._engine_inside]

    def release(self):
        os.close(self._source)
        os.close(self._engine_inside)

    def run(self, request, marker):
        os.execv(NODE, COMMAND)

    def ran_out_of_memory(self, exit_code, stderr_tail, marked):
        return exit_code < 0 and any(sign in stderr_tail for sign in HEAP_IS_FULL)

    def read_engine(self):
        try:
            return os.read(self._engine, LARGEST_ENGINE_NAME).decode("ascii", "replace") or "node"
        except BlockingIOError:
            return "node"
