"""Tells which modules there are beside the standard library, for programs that import one that is not."""

import builtins
import os
import re
import sys

# Functions below keep the built-ins as they are now: the program may replace them.
__builtins__ = vars(builtins).copy()

# Names of distributions as their folders spell them, with the names of their modules where those differ.
KNOWN = {
    "numpy": "numpy",
    "pandas": "pandas",
    "matplotlib": "matplotlib",
    "scipy": "scipy",
    "sympy": "sympy",
    "scikit_learn": "sklearn",
    "openpyxl": "openpyxl",
    "pillow": "PIL",
}
METADATA = re.compile(r"(?P<name>[A-Za-z0-9_.]+)-(?P<version>\d+(?:\.\d+)*)[^/]*\.(?:egg|dist)-info")


def describe_missing_module(error):
    """A sentence when the error is of an import of a module that is nowhere, else None."""
    if type(error) is not ModuleNotFoundError or not error.name:
        return None
    name = error.name.partition(".")[0]
    if error.args != (f"No module named {name!r}",):
        return None
    found = find_available(sys.path)
    beside = ", ".join(found) if found else "nothing"
    return f"The sandbox has no network and no pip. Beside the standard library it has: {beside}."


def find_available(folders):
    """The known packages in the folders with their versions, as ["numpy 1.24.2", …]."""
    versions = {}
    for folder in folders:
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        for match in filter(None, map(METADATA.fullmatch, names)):
            module = KNOWN.get(match["name"].lower().replace("-", "_"))
            if module is not None:
                versions.setdefault(module, match["version"])
    return [f"{module} {versions[module]}" for module in KNOWN.values() if module in versions]
