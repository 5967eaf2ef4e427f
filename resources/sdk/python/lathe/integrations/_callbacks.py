"""Adding a callback to whatever a program passes to a training function."""

import functools
import inspect


def with_callback(train, kind, make):
    """`train` with one more element in its argument `callbacks`, `make(arguments)`, unless one of `kind` is there."""
    signature = inspect.signature(train)

    @functools.wraps(train)
    def followed(*args, **kwargs):
        try:
            bound = signature.bind(*args, **kwargs)
            given = bound.arguments.get("callbacks")
            given = [] if given is None else list(given) if isinstance(given, (list, tuple, set)) else [given]
            if not any(isinstance(each, kind) for each in given):
                given.append(make(bound.arguments))
            bound.arguments["callbacks"] = given
        except Exception:
            return train(*args, **kwargs)  # wrong arguments: let it say so itself
        return train(*bound.args, **bound.kwargs)

    followed._lathe = True
    return followed
