"""Hides what this interpreter has imported from the program that it becomes, until the program imports it.

A program then finds `sys.modules` and the packages' attributes as a fresh interpreter has them: its own `json.py` shadows the library's,
and `import concurrent` brings no `concurrent.futures`. An import of what is hidden brings back at once all that it brought when it was
loaded. What was loaded before the recording began, a program loads again.
"""

import _frozen_importlib
import _imp
import builtins
import os
import sys

# Functions below keep the built-ins as they are now: the program may replace them.
__builtins__ = vars(builtins).copy()

_OWN_FOLDER = __file__.removesuffix("languages/python/hidden_imports.py")
_names = list(sys.modules)
# The start of the interpreter ends with `site`, which takes its place in the list when it is loaded.
_BASE = frozenset(_names[: _names.index("site") + 1] if "site" in _names else _names)
BASE_PATH = tuple(path for path in sys.path if not path.startswith(_OWN_FOLDER))

_builtin_import = builtins.__import__
_find_and_load = _frozen_importlib._find_and_load
_new_module = _frozen_importlib._new_module

# For each module, in order, the modules that were imported while it was loaded.
_brought = {}
# The modules that are being loaded, the innermost last.
_loading = []
_recorded = set()
# What a program has not imported yet.
_hidden = {}
# Those of them that their packages have as attributes, but not before they are imported themselves.
_attributes = set()
# Everything that was loaded when it was hidden.
_known = {}
_order = {}
# What an import brings, for modules that many programs import.
_collected = {}
_finders = None
# What is called, once, when the module of a name has been loaded.
_awaited = {}

_ModuleType = type(sys)
_MADE_AT_ONCE = 256


def start_recording():
    builtins.__import__ = _record_import
    _frozen_importlib._find_and_load = _record_load
    _frozen_importlib._new_module = _ModuleMaker().make


class _ModuleMaker:
    """Makes modules side by side: to show one writes to it, and each page that a clone writes to is copied first."""

    def __init__(self):
        self._made = []

    def make(self, name):
        if not self._made:
            self._made = [_ModuleType.__new__(_ModuleType) for _ in range(_MADE_AT_ONCE)]
        module = self._made.pop()
        module.__init__(name)
        return module


def _note(name):
    if _loading:
        _brought.setdefault(_loading[-1], {})[name] = None


def _record_load(name, import_):
    _note(name)
    if name in sys.modules:
        return _find_and_load(name, import_)
    before = set(sys.modules)
    _loading.append(name)
    try:
        return _find_and_load(name, import_)
    finally:
        # Some packages make modules on their own.
        made = sys.modules.keys() - before
        _recorded.update(made)
        for other in made:
            _note(other)
        _loading.pop()


def _record_import(name, globals=None, locals=None, fromlist=(), level=0):
    """Notes modules that are loaded already as well: those never reach the loader."""
    module = _builtin_import(name, globals, locals, fromlist, level)
    if level > 0:
        package = globals["__package__"] or globals["__name__"]
        package = package.rsplit(".", level - 1)[0]
        name = f"{package}.{name}" if name else package
    while name:
        _note(name)
        for item in fromlist or ():
            if f"{name}.{item}" in sys.modules:
                _note(f"{name}.{item}")
        name, fromlist = name.rpartition(".")[0], ()
    return module


def forget_unrecorded():
    """Takes out what was loaded before the recording began: the next import loads it again. Who has imported it keeps it."""
    _take_out({name for name in sys.modules.keys() - _BASE - _recorded if not _is_own(sys.modules[name])})


def hide():
    """Ends the recording and hides everything but this package's own modules. Whatever is imported after it may be hidden as well."""
    global _finders
    builtins.__import__ = _builtin_import
    _frozen_importlib._find_and_load = _find_and_load
    _frozen_importlib._new_module = _new_module
    _frozen_importlib._ModuleLockManager = _ShowingLockManager
    forget_unrecorded()
    _finders = (list(sys.meta_path), list(sys.path_hooks))
    for name, module in sys.modules.items():
        _known[name] = module
        _order.setdefault(name, len(_order))
    names = {name for name in sys.modules.keys() & _recorded if not _is_own(sys.modules[name])}
    collected = {package: set(_collect(package)) for package in {name.rpartition(".")[0] for name in names} & names}
    # No program sees such a package without the module: it may keep it as its attribute.
    with_package = {name for name in names if name in collected.get(name.rpartition(".")[0], ())}
    _attributes.update(_unbind(names - with_package))
    # Copies of the names, side by side, as modules are: a page that holds many is copied once.
    _hidden.update((name.encode().decode(), sys.modules.pop(name)) for name in sorted(names, key=_order.get))


def prepare_to_show(names):
    """Does ahead, and once for all clones, what an import of these modules has to do."""
    copies = {name: name for name in _hidden}
    for name in names:
        if name in _hidden:
            _collected[name] = [copies.get(brought, brought) for brought in _collect(name)]


def forget_own():
    """Takes out this package's own modules."""
    _take_out({name for name in sys.modules.keys() - _BASE if _is_own(sys.modules[name])})


def _is_own(module):
    return (getattr(module, "__file__", None) or "").startswith(_OWN_FOLDER)


def _take_out(names):
    """Removes the modules, also from their packages."""
    _unbind(names)
    for name in names:
        del sys.modules[name]


def _unbind(names):
    """Removes the modules from their packages; returns those that were there."""
    unbound = set()
    for name in names:
        package, _, own_name = name.rpartition(".")
        attributes = getattr(sys.modules.get(package), "__dict__", {})
        if attributes.get(own_name) is sys.modules[name]:
            del attributes[own_name]
            unbound.add(name)
    return unbound


def find_known(name):
    """The module that this interpreter has loaded before it hid its imports, or None."""
    return _known.get(name)


def when_loaded(name, call):
    """Calls with no argument when a program has loaded the module. Whatever the call raises would reach the program."""
    _awaited[name] = call


class _ShowingLockManager(_frozen_importlib._ModuleLockManager):
    """What importlib enters when it has to load a module. Nothing of it is left on the stack when that fails."""

    def __enter__(self):
        super().__enter__()
        if self._name not in _hidden:
            return
        # The lock of all imports: threads of the program may import the same.
        _imp.acquire_lock()
        try:
            if self._name in _hidden:
                _show(self._name)
        finally:
            _imp.release_lock()

    def __exit__(self, *failure):
        super().__exit__(*failure)
        if self._name in _awaited and self._name in sys.modules:
            _awaited.pop(self._name)()


def _show(name):
    """Brings a module back with all that it brought; forgets them, to be loaded again, where a program has others of these names."""
    brought = _collected.get(name) or _collect(name)
    found = {name: _hidden.pop(name) for name in brought if name in _hidden}
    if _has_changed_imports() or _is_shadowed(brought, found):
        return
    if "__mp_main__" in found:
        # Multiprocessing has a second name for it.
        found["__mp_main__"] = _known["__mp_main__"] = sys.modules["__main__"]
    sys.modules.update(found)
    for name in _attributes.intersection(found):
        package, _, own_name = name.rpartition(".")
        setattr(sys.modules[package], own_name, found[name])


def _collect(name):
    """The names of all that an import brings, itself among them, in the order in which they were loaded."""
    names, waiting = {name}, [name]
    while waiting:
        current = waiting.pop()
        package = current.rpartition(".")[0]
        for other in (*_brought.get(current, ()), *((package,) if package else ())):
            if other not in names:
                names.add(other)
                waiting.append(other)
    return sorted(names, key=lambda name: _order.get(name, -1))


def _has_changed_imports():
    """True when the program finds modules in a way of its own. Libraries take away, and append, finders for a few modules of theirs."""
    finders, path_hooks = _finders
    usual = [finder for finder in finders if isinstance(finder, type)]
    if builtins.__import__ is not _builtin_import or sys.path_hooks != path_hooks:
        return True
    if any(finder not in sys.meta_path for finder in usual):
        return True
    last = max(sys.meta_path.index(finder) for finder in usual)
    return any(finder not in finders for finder in sys.meta_path[:last])


def _is_shadowed(brought, hidden):
    """True when a fresh interpreter has, or may find, another module under one of the names."""
    if any(sys.modules.get(name) is not _known.get(name) for name in brought if name not in hidden):
        return True
    if not sys.modules.keys().isdisjoint(hidden):
        return True
    length = len(BASE_PATH)
    places = [place for place in range(len(sys.path) - length + 1) if sys.path[place] == BASE_PATH[0]]
    if not places or tuple(sys.path[places[0] : places[0] + length]) != BASE_PATH:
        return True
    found = set()
    for path in sys.path[: places[0]]:
        try:
            found.update(file.partition(".")[0] for file in os.listdir(path or "."))
        except FileNotFoundError:
            pass
        except OSError:
            return True  # An archive of modules.
    return not found.isdisjoint(hidden)
