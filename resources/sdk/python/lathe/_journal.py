"""A writer of the run journal: lines gathered in memory, written by a thread at most 100 ms later."""

import collections
import os
import threading
import time

from ._notes import note
from ._values import encode

#: How long lines may wait in memory.
GATHER_SECONDS = 0.1
#: After this much quiet the caller writes its line itself: a slow program then loses nothing however it ends.
QUIET_SECONDS = 0.05
#: Writing takes at most one part in this many of the caller's time, whatever the disk.
CALLERS_SHARE = 20
RETRY_SECONDS = 1.0
#: How often the status, of which only the last one counts, is written.
STATUS_SECONDS = 0.2
#: What is kept in memory while the disk takes nothing.
LARGEST_BACKLOG_BYTES = 16 * 1024 * 1024
MOST_LINES = 200_000


class Journal:
    """One file, `<folder>/journal/<writer>.jsonl`, made anew at the first line; no other process writes it.

    `append` takes no lock that it could wait for, so that a signal's handler may call it at any time.
    """

    def __init__(self, folder, writer):
        self._folder = os.path.join(folder, "journal")
        self._writer = writer
        self._file = None
        self._lines = collections.deque()
        self._backlog = b""
        self._writing = threading.Lock()
        self._writing_thread = None
        self._due = 0.0
        self._status = None
        self._status_due = 0.0
        self._roused = False
        self._rouse_lock = threading.Lock()
        self._rouse_lock.acquire()
        self._hurry_lock = threading.Lock()
        self._hurry_lock.acquire()
        self._thread = None
        self._unbuffered = False
        #: Called once after the write in progress, by the thread that makes it.
        self.afterwards = None

    def append(self, line):
        """Take one line that ends with a newline."""
        if len(self._lines) >= MOST_LINES:
            note("lines", "the journal cannot be written fast enough; what is logged now is lost")
            return
        self._lines.append(line)
        direct = self._unbuffered or time.monotonic() >= self._due
        if not (direct and self.flush(timeout=0)) and not self._roused:
            self._rouse()

    def set_status(self, line):
        """Take a line that takes the place of the former status where that was not written yet."""
        self._status = line
        if self._unbuffered:
            self.flush(timeout=0)
        elif not self._roused:
            self._rouse()

    def flush(self, timeout=-1):
        """Write what was appended. Returns whether everything is in the file; `timeout` is for another thread's write."""
        if not self._writing.acquire(timeout != 0, timeout if timeout > 0 else -1):
            return False
        self._writing_thread = threading.get_ident()
        try:
            return self._drain()
        finally:
            self._writing_thread = None
            self._writing.release()
            if self.afterwards is not None:
                action, self.afterwards = self.afterwards, None
                action()

    def interrupted(self):
        """Whether the calling thread is in the middle of a write, as seen by a signal's handler."""
        return self._writing_thread == threading.get_ident()

    def sync(self):
        """Write everything and wait until the disk has it."""
        self.flush()
        with self._writing:
            if self._file is not None:
                try:
                    os.fsync(self._file)
                except OSError as error:
                    note("sync", "the journal could not be synced: %s" % error)

    def unbuffer(self):
        """From now on every line is written at once: the interpreter is about to end."""
        self._unbuffered = True
        self.flush(timeout=5)

    def abandon(self):
        """Let go of the file without writing: in a child of fork(), whose parent writes these lines."""
        if self._file is not None:
            os.close(self._file)

    def close(self):
        """Write, sync and close."""
        self._unbuffered = True
        self.sync()
        with self._writing:
            if self._file is not None:
                os.close(self._file)
            self._file = None
        self._rouse()

    def _rouse(self):
        self._roused = True
        if self._thread is None:
            try:
                self._thread = threading.Thread(target=self._keep_writing, name="lathe-journal", daemon=True)
                self._thread.start()
            except RuntimeError:  # the interpreter is ending and takes no more threads
                self._unbuffered = True
        try:
            self._rouse_lock.release()
        except RuntimeError:
            pass  # roused already

    def _keep_writing(self):
        while True:
            self._rouse_lock.acquire()
            if self._unbuffered:
                return
            # The lock is never released: a wait that no signal handler or fork can leave half done.
            self._hurry_lock.acquire(timeout=GATHER_SECONDS)
            self._roused = False
            written = self.flush()
            if not written:
                time.sleep(RETRY_SECONDS)
            if not written or self._status is not None:
                self._rouse()

    def _drain(self):
        """Write everything, holding the lock. What the disk refuses stays for the next time, to the byte."""
        began = time.monotonic()
        lines = self._lines
        if self._status is not None and (began >= self._status_due or self._unbuffered):
            lines.append(self._status)
            self._status = None
            self._status_due = began + STATUS_SECONDS
        if lines and len(self._backlog) <= LARGEST_BACKLOG_BYTES:
            self._backlog += "".join([lines.popleft() for _ in range(len(lines))]).encode()
        try:
            while self._backlog:
                if self._file is None:
                    self._file = self._create()
                written = os.write(self._file, self._backlog)
                self._backlog = self._backlog[written:]
        except OSError as error:
            note("journal", "the journal cannot be written: %s. It is tried again; the program goes on." % error)
            self._due = time.monotonic() + RETRY_SECONDS
            return False
        now = time.monotonic()
        self._due = now + max(QUIET_SECONDS, (now - began) * CALLERS_SHARE)
        return True

    def _create(self):
        """A new file with its header. A name that is taken, by a former attempt of the run, is never written again."""
        os.makedirs(self._folder, exist_ok=True)
        for attempt in range(1, 10_000):
            writer = self._writer if attempt == 1 else "%s-%d" % (self._writer, attempt)
            path = os.path.join(self._folder, writer + ".jsonl")
            try:
                file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644)
            except FileExistsError:
                continue
            header = encode({"type": "header", "version": 1, "writer": writer}).encode()
            self._backlog = header + self._backlog
            return file
        raise OSError("%s holds too many journals of %s" % (self._folder, self._writer))
