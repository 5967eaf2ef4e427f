"""Hooks into frameworks. Each module here is for one of them and may be used by itself, without autolog."""

import importlib
import sys

from .._notes import note

#: The module whose import means that a framework can be hooked into, and the module here that does it.
_HOOKS = {
    "sklearn.base": "sklearn",
    "torch": "pytorch",
    "pytorch_lightning": "lightning",
    "lightning.pytorch": "lightning",
    "keras": "keras",
    "lightgbm": "lightgbm",
    "xgboost": "xgboost",
    "transformers.trainer": "transformers",
}
_waiting = {}


def install(frameworks=()):
    """Hook into the frameworks that are imported, and into the others when they are."""
    unknown = sorted(set(frameworks) - set(_HOOKS.values()))
    if unknown:
        note("autolog", "autolog() does not know %s; it knows %s" % (", ".join(unknown), ", ".join(sorted(set(_HOOKS.values())))))
    for module, framework in _HOOKS.items():
        if frameworks and framework not in frameworks:
            continue
        if module in sys.modules:
            _hook(module, framework)
        else:
            _waiting[module] = framework
    if _waiting and _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


def _hook(module, framework):
    try:
        importlib.import_module("." + framework, __name__).install(module)
    except Exception as error:
        note(("hook", framework), "autolog() cannot follow this version of %s: %s: %s" % (module, type(error).__name__, error))


class _Finder:
    """Lets the other finders find a module and calls the hook once the module has been executed."""

    def find_spec(self, name, path=None, target=None):
        framework = _waiting.pop(name, None)
        if framework is None:
            return None
        specs = (each.find_spec(name, path, target) for each in sys.meta_path if each is not self and hasattr(each, "find_spec"))
        spec = next((each for each in specs if each is not None), None)
        if spec is None or not hasattr(spec.loader, "exec_module"):
            _waiting[name] = framework
            return spec
        execute = spec.loader.exec_module

        def execute_and_hook(module):
            execute(module)
            _hook(name, framework)

        try:
            spec.loader.exec_module = execute_and_hook
        except AttributeError:
            note(("hook", framework), "autolog() cannot follow %s; use lathe.integrations.%s" % (name, framework))
        return spec


_finder = _Finder()
