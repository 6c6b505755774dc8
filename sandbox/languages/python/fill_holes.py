"""Fills the gaps between this interpreter's objects, for good.

What is imported leaves small gaps on thousands of pages. A clone that put its objects into them would have each of those pages copied;
with no gaps left it puts them side by side, on few pages that are new (Objects/obmalloc.c).
"""

import sys

_ALIGNMENT = 16
_LARGEST = 512
_POOL_BYTES = 16384
_MOST_BYTES = 16 << 20

_fillers = []


def fill_holes():
    """Takes, for each size of object, all that is free in pools that are in use."""
    for size in range(3 * _ALIGNMENT, _LARGEST + 1, _ALIGNMENT):
        _fill(size)


def _fill(size):
    length = size - sys.getsizeof(b"")
    in_a_row, last = 0, None
    for _ in range(_MOST_BYTES // size):
        filler = bytes(length)
        in_a_row = in_a_row + 1 if last is not None and id(filler) - id(last) == size else 0
        if in_a_row * size > _POOL_BYTES // 2:
            del _fillers[-in_a_row:]
            return
        last = filler
        _fillers.append(filler)
