"""The run of this process: made at the first use, renewed in children of fork(), ended with the interpreter."""

import atexit
import os
import sys
import threading

from . import _environment
from ._ending import Ending
from ._folder import add_params, given_folder, new_folder
from ._identity import find_rank, writer_name
from ._journal import Journal
from ._metrics import Metrics
from ._notes import note
from ._signals import watch_sigterm
from ._trial import Trial
from ._values import encode

preflight = os.environ.get("LATHE_PREFLIGHT") == "1"


class Run:
    """What one process records into a run's folder. Of the processes that train together, rank 0 speaks for all."""

    def __init__(self, folder, rank):
        self.folder = folder
        self.rank = rank
        self.params = {}
        self.parallel = rank not in (None, 0)
        self.ending = Ending(folder) if folder.own else None
        self.trial = Trial(self) if preflight else None
        #: Whether it describes the environment; processes that this one starts leave it to their parent.
        self.describes = not _child_of_multiprocessing() and not self.parallel
        self._facts_lock = threading.Lock()
        self._facts_written = False
        self._begin_writing()

    def _begin_writing(self):
        self.journal = Journal(self.folder.path, writer_name(self.rank))
        self.metrics = Metrics(self.journal, self.rank)
        self.metrics.watcher = self.trial and self.trial.watch

    def record(self, **record):
        """Append a record. Only one of the processes that train together does so."""
        if not self.parallel:
            self.journal.append(encode(record))

    def summarize(self, key, value):
        self.record(type="summary", key=key, value=value)

    def set_progress(self, fields):
        if not self.parallel:
            self.journal.set_status(encode({"type": "progress", **fields}))

    def flush(self):
        self.journal.flush(timeout=5)

    def write_facts(self):
        """Record the environment, once; called by a thread, and again before the end in case that thread was too late."""
        with self._facts_lock:
            if not self.describes or self._facts_written:
                return
            self._facts_written = True
            self.record(type="environment", values=_environment.facts())

    def finish(self):
        """Everything into the journal; for a run of its own, how it ended."""
        try:
            if self.trial:
                self.trial.report()
            self.write_facts()
            late = _environment.accelerator_facts() if self.describes else None
            if late:
                self.record(type="environment", values=late)
        except Exception as error:
            note("finish", "the end of the run was not described: %s" % error)
        self.journal.close()
        if self.ending:
            try:
                add_params(self.folder, self.params)
                self.ending.write()
            except Exception as error:
                note("exit.json", "how the run ended could not be written: %s" % error)

    def renew_in_child(self):
        """In a child of fork(): a journal of its own, nothing of the parent's, and no say in how the run ended."""
        next_step = self.metrics.next_step
        self.journal.abandon()
        self.ending = None
        self._facts_lock = threading.Lock()
        self.describes = False
        self._begin_writing()
        self.metrics.next_step = next_step
        util = sys.modules.get("multiprocessing.util")
        if util:
            # Such a child drops the finalizers that it inherits first and calls these functions then.
            util.register_after_fork(self, _flush_at_end_of_child)


class Unavailable:
    """Stands for the run where nothing can be recorded, so that the program goes on."""


_run = None
_ended = False
_lock = threading.RLock()
_hooked = False
_exiting = False
#: Called when another run begins after the end of one: what they keep belongs to the one before.
renewals = []


def current():
    """The run, made if need be; None where nothing can be recorded, which has been said."""
    if _run is not None:
        return _run if _run is not Unavailable else None
    return start()


def start(name=None, project=None, experiment=None, folder=None, rank=None, again=False):
    """Begin the run of this process, or return the one that goes on; `again` begins another one after its end."""
    global _run
    with _lock:
        if _run is not None:
            return _run if _run is not Unavailable else None
        if rank is None:
            rank = find_rank()
        place = given_folder()
        if place is None and _ended and not again:
            note("ended", "the run has ended and records no more; lathe.init() begins another")
            return None
        if place is None and rank not in (None, 0):
            note("rank", "outside of Lathe only rank 0 records the run")
            _run = Unavailable
            return None
        try:
            if place is None:
                place = new_folder(name, project, experiment, folder)
                sys.stderr.write("lathe: this run is recorded in %s\n" % os.path.relpath(place.path))
            run = _run = Run(place, rank)
        except Exception as error:
            note("folder", "nothing is recorded, as there is no folder for it: %s" % error)
            _run = Unavailable
            return None
        if _ended:
            for renew in renewals:
                renew()
        _hook(run)
        return run


def finish():
    """End the run before the program does."""
    global _run, _ended
    with _lock:
        run, _run = _run, None
        if run in (None, Unavailable):
            return
        _ended = True
        run.finish()


def _hook(run):
    global _hooked
    if _exiting:
        run.journal.unbuffer()
    if _child_of_multiprocessing():
        _flush_at_end_of_child(run)
    if run.describes:
        try:
            threading.Thread(target=run.write_facts, name="lathe-facts", daemon=True).start()
        except RuntimeError:
            pass  # the interpreter is ending; finish() writes them
    watch_sigterm(_flush_now, _interrupted, _before_death)
    if not _hooked:
        _hooked = True
        atexit.register(_at_exit)


def _at_exit():
    global _exiting
    _exiting = True
    finish()


def _after_fork():
    global _lock
    _lock = threading.RLock()
    if _run not in (None, Unavailable):
        _run.renew_in_child()


def _flush_at_end_of_child(run):
    """Children of multiprocessing may end by os._exit, past atexit; its own finalizers are still called."""
    util = sys.modules["multiprocessing.util"]
    util.Finalize(None, run.journal.unbuffer, exitpriority=-10)


def _child_of_multiprocessing():
    module = sys.modules.get("multiprocessing")
    return module is not None and module.parent_process() is not None


def _flush_now():
    if _run not in (None, Unavailable):
        _run.journal.flush(timeout=1)


def _interrupted():
    if _run in (None, Unavailable) or not _run.journal.interrupted():
        return None
    return lambda action: setattr(_run.journal, "afterwards", action)


def _before_death(number):
    if _run not in (None, Unavailable) and _run.ending:
        _run.ending.write_killed(number)


# At the import and not at the first use: a fork may come while another thread is beginning the run.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
