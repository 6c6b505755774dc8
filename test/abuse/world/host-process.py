"""A process of the host that attacks look for: secrets in its arguments, environment, memory and System V shared memory."""

import ctypes
import os
import sys
import time

IPC_PRIVATE = 0
IPC_RMID = 0
SIZE_BYTES = 4096

secret = os.environ["HOST_PROCESS_SECRET"].encode()
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
segment = libc.shmget(IPC_PRIVATE, SIZE_BYTES, 0o600)
if segment >= 0:
    address = libc.shmat(segment, None, 0)
    ctypes.memmove(address, secret, len(secret))
    # The segment goes with its last user; until then everybody who knows its number can have it.
    libc.shmctl(segment, IPC_RMID, None)
print("ready", flush=True)
parent = os.getppid()
while os.getppid() == parent:
    time.sleep(0.5)
sys.exit()
