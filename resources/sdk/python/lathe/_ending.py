"""How a program ended, for runs without Lathe: nothing but the program itself can tell there."""

import signal
import sys
import threading
import traceback


class Ending:
    """Learns of exceptions that end the program and of exit codes, and says so to exit.json."""

    def __init__(self, folder):
        self._folder = folder
        self._error = None
        self._exit_code = 0
        self._hook = sys.excepthook
        self._exit = sys.exit
        sys.excepthook = self._on_exception
        sys.exit = self._on_exit

    def _on_exception(self, kind, error, trace):
        self._error = (kind, error, trace)
        self._hook(kind, error, trace)

    def _on_exit(self, code=None, /):
        if threading.current_thread() is threading.main_thread():
            self._exit_code = code if isinstance(code, int) else 0 if code is None else 1
        self._exit(code)

    def write(self):
        """The normal end: the interpreter ends or finish() was called."""
        self._release()
        if self._error is None:
            code = self._exit_code & 0xFF
            failure = None if code == 0 else _failure("The program ended with exit code %d." % code, {"exitCode": code})
            self._folder.end("finished" if code == 0 else "failed", failure, exit_code=code)
            return
        kind, error, trace = self._error
        if issubclass(kind, KeyboardInterrupt):
            self._folder.end("cancelled", signal="SIGINT")
            return
        last = traceback.format_exception_only(kind, error)[-1].strip()
        text = "".join(traceback.format_exception(kind, error, trace))[-20_000:]
        self._folder.end("failed", _failure(last[:2_000], {"exception": kind.__name__, "traceback": text}), exit_code=1)

    def write_killed(self, number):
        self._folder.end("cancelled", signal=signal.Signals(number).name)

    def _release(self):
        if sys.excepthook == self._on_exception:
            sys.excepthook = self._hook
        if sys.exit == self._on_exit:
            sys.exit = self._exit


def _failure(message, details):
    next_step = "Look at the end of its error output."
    return {"code": "PROGRAM_FAILED", "message": message, "nextStep": next_step, "details": details}
