"""Ways to ask a workspace: the Lathe that has it open, over its socket, or the `lathe` command where none has."""

import http.client
import json
import os
import shutil
import socket
import stat
import subprocess
from hashlib import sha256
from urllib.parse import quote, urlencode

_LONGEST_SOCKET = 100
_PATIENCE_SECONDS = 120


class ReadingError(RuntimeError):
    """What was asked for cannot be read; the message says what to do."""


def workspace_folder(named=None):
    """The workspace that commands mean: the one named, else LATHE_WORKSPACE, else `Lathe` in the home folder."""
    chosen = named or os.environ.get("LATHE_WORKSPACE") or os.path.join(os.path.expanduser("~"), "Lathe")
    return os.path.abspath(os.fspath(chosen))


def owner_or_command(workspace):
    """An Owner where a Lathe has the workspace open, else a Command."""
    owner = Owner.of(workspace)
    if owner:
        return owner
    program = shutil.which("lathe")
    if program is None:
        raise ReadingError(
            "No running Lathe has the workspace %s open, and there is no `lathe` command on the PATH. Start `lathe serve` there, or "
            "open Lathe; another folder is named by workspace= or LATHE_WORKSPACE." % workspace
        )
    return Command(program, workspace)


class Owner:
    """The process that has the workspace open, over HTTP through the socket in the workspace."""

    @classmethod
    def of(cls, workspace):
        place = _socket_place(workspace)
        if not hasattr(socket, "AF_UNIX") or not _is_trusted(place, workspace):
            return None
        try:
            with open(os.path.join(workspace, "auth", "token"), encoding="utf-8") as file:
                token = file.read().strip()
            connection = _SocketConnection(place)
            connection.connect()
        except OSError:
            # Nobody answers: the owner is gone.
            return None
        return cls(connection, token)

    def __init__(self, connection, token):
        self._connection = connection
        self._headers = {"Authorization": "Bearer " + token, "Host": "localhost"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._connection.close()

    def get(self, *parts, **query):
        """The answer at /api/v1/<parts>; what is None is left out of the query."""
        given = {name: value for name, value in query.items() if value is not None}
        target = "/api/v1/" + "/".join(quote(part, safe="") for part in parts) + ("?" + urlencode(given) if given else "")
        try:
            self._connection.request("GET", target, headers=self._headers)
            response = self._connection.getresponse()
            answer = json.loads(response.read().decode("utf-8"))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ReadingError("The running Lathe did not answer: %s. Ask again; `lathe doctor` looks at it." % error) from error
        if response.status != 200:
            raise _from_answer(answer)
        return answer


class Command:
    """The `lathe` command, which opens the workspace for as long as it runs."""

    def __init__(self, program, workspace):
        self._start = [program, "--workspace", workspace, "--json"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def run(self, *words, project=None):
        """The document that the command prints."""
        command = self._start + (["--project", project] if project else []) + list(words)
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            answer = json.loads(ended.stdout.decode("utf-8"))
        except ValueError:
            said = ended.stderr.decode("utf-8", "replace").strip()
            raise ReadingError("`lathe %s` ended with code %s: %s" % (words[0], ended.returncode, said)) from None
        if ended.returncode != 0:
            raise _from_answer(answer)
        return answer


class _SocketConnection(http.client.HTTPConnection):
    def __init__(self, place):
        super().__init__("localhost", timeout=_PATIENCE_SECONDS)
        self._place = place

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        try:
            self.sock.connect(self._place)
        except OSError:
            self.sock.close()
            self.sock = None
            raise


def _socket_place(workspace):
    """As app/host/owner-socket.ts: in the workspace, or in the temporary folder where the path would be too long."""
    natural = os.path.join(workspace, "lathe.sock")
    if len(os.fsencode(natural)) <= _LONGEST_SOCKET:
        return natural
    name = sha256(os.fsencode(workspace)).hexdigest()[:24]
    temporary = next((os.environ[each] for each in ("TMPDIR", "TMP", "TEMP") if os.environ.get(each)), "/tmp")
    return os.path.join(temporary.rstrip("/") or "/", "lathe-%d-%s.sock" % (os.getuid(), name))


def _is_trusted(place, workspace):
    """In the shared temporary folder anybody may put a socket, and would be told the token."""
    try:
        found = os.lstat(place)
        return stat.S_ISSOCK(found.st_mode) and found.st_uid in (os.getuid(), os.stat(workspace).st_uid)
    except OSError:
        return False


def _from_answer(answer):
    fault = answer.get("error", answer) if isinstance(answer, dict) else {}
    cure = fault.get("nextStep") or (fault.get("data") or {}).get("nextStep") or ""
    error = ReadingError(" ".join(part for part in (fault.get("message") or str(answer), cure) if part))
    error.code = fault.get("code")
    return error
