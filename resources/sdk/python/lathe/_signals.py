"""SIGTERM: what was logged gets out, and then the signal does what it would have done."""

import os
import signal
import threading


def watch_sigterm(flush, interrupted, before_death):
    """Flush at SIGTERM unless the program has a handler of its own; one that it sets later replaces this one.

    `interrupted()` tells whether the signal came in the middle of a flush by the same thread: it gives None when not, else a
    function that takes what is to be done afterwards.
    """
    if os.name == "nt" or threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        return

    def on_sigterm(number, frame):
        later = interrupted()
        if later is not None:
            later(lambda: on_sigterm(number, None))
            return
        flush()
        # A handler that was set after this one and calls it along decides itself whether the program goes on.
        if signal.getsignal(number) is not on_sigterm:
            return
        before_death(number)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        os._exit(128 + number)  # the first process of a container is not killed by default

    signal.signal(signal.SIGTERM, on_sigterm)
