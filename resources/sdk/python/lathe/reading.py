"""Runs and their metrics as tables: `lathe.load_runs()` and `lathe.load_metrics(runs, keys)`. The guide is docs/reading-out.md."""

import re
import warnings
from datetime import datetime, timedelta, timezone

from ._owner import Owner, ReadingError, owner_or_command, workspace_folder

__all__ = ["ReadingError", "load_metrics", "load_runs"]

_RUNS_A_CALL = 1000
_POINTS_A_CALL = 100000
_RUNS_A_COMMAND = 500
_MOST_RUNS = 1000000
_RUN_ID = re.compile("[0-9a-f]{32}$")
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def load_runs(workspace=None, project=None, filter=None, metrics=None, as_="pandas"):
    """Runs of a project, newest first, a row each.

    Columns are `run_id`, `name`, `experiment`, `status`, `template`, `target`, `created_at`, `started_at`, `ended_at` (UTC),
    `duration_seconds`, and `params.KEY`, `metrics.KEY` (the last value) and `tags.KEY` for every key that one of the runs has;
    `metrics` names those that are wanted. `filter` is as in `lathe run list --filter`. `as_` is `pandas`, `polars` or `records`
    (a list of dicts). Raises ReadingError where the workspace cannot be read.
    """
    build = _builder(as_)
    with owner_or_command(workspace_folder(workspace)) as source:
        runs = _all_runs(source, project, filter)
    facts = [_facts_of(run) for run in runs]
    groups = {}
    for group in ("params", "metrics", "tags"):
        keys = sorted({key for run in runs for key in run[group]})
        if group == "metrics" and metrics is not None:
            keys = list(metrics)
        for key in keys:
            groups["%s.%s" % (group, key)] = [_number(run[group].get(key), group == "metrics") for run in runs]
    columns = {name: [each[name] for each in facts] for name in _FACTS}
    columns.update(groups)
    return build(columns)


def load_metrics(runs, keys=None, workspace=None, project=None, as_="pandas"):
    """Every recorded point of runs: columns `run_id`, `key`, `step`, `time` (UTC) and `value`.

    `runs` is a run's id or name, a list of them, or what `load_runs` gave. Without `keys`, all metrics but the machine's telemetry.
    """
    build = _builder(as_)
    named = _names_of(runs)
    wanted = [keys] if isinstance(keys, str) else keys
    columns = {"run_id": [], "key": [], "step": [], "time": [], "value": []}
    with owner_or_command(workspace_folder(workspace)) as source:
        read = _points_of_owner if isinstance(source, Owner) else _points_of_command
        for run_id, points in read(source, named, wanted, project):
            columns["run_id"].extend([run_id] * len(points))
            columns["key"].extend(point["key"] for point in points)
            columns["step"].extend(point["step"] for point in points)
            columns["time"].extend(_time(point["timeMs"]) for point in points)
            columns["value"].extend(float(point["value"]) for point in points)
    return build(columns)


_FACTS = {
    "run_id": lambda run: run["id"],
    "name": lambda run: run["name"],
    "experiment": lambda run: run["experimentName"],
    "status": lambda run: run["status"],
    "template": lambda run: run["template"],
    "target": lambda run: run["target"],
    "created_at": lambda run: _time(run["createdAt"]),
    "started_at": lambda run: _time(run["startedAt"]),
    "ended_at": lambda run: _time(run["endedAt"]),
    "duration_seconds": lambda run: None if run["durationMs"] is None else run["durationMs"] / 1000,
}


def _facts_of(run):
    return {name: fact(run) for name, fact in _FACTS.items()}


def _all_runs(source, project, filter):
    if not isinstance(source, Owner):
        words = ["run", "list", "--limit", str(_MOST_RUNS)] + (["--filter", filter] if filter else [])
        return source.run(*words, project=project)["runs"]
    if filter and not _knows_filter(source):
        raise ReadingError("The running Lathe is older than filters. Update it, or leave filter= out.")
    found = {}
    offset = 0
    while True:
        page = source.get("runs", project=project, filter=filter, limit=_RUNS_A_CALL, offset=offset)
        # A run that was made meanwhile moves others to a later page, where they are met again.
        found.update((run["id"], run) for run in page["runs"])
        offset += _RUNS_A_CALL
        if offset >= page["total"]:
            return list(found.values())


def _knows_filter(source):
    """What a server does not know of a query it passes over, and all runs would look like those that were asked for."""
    parameters = source.get("openapi.json")["paths"]["/runs"]["get"]["parameters"]
    return any(parameter["name"] == "filter" for parameter in parameters)


def _points_of_owner(source, named, keys, project):
    for name in named:
        run_id = name if _RUN_ID.match(name) else source.get("runs", name, project=project)["id"]
        for key in keys or [None]:
            offset = 0
            while True:
                page = source.get("runs", run_id, "points", key=key, limit=_POINTS_A_CALL, offset=offset)
                yield run_id, page["points"]
                for damage in page.get("damaged") or []:
                    warnings.warn("%(points)d points of %(key)s from step %(fromStep)s to %(toStep)s are damaged and left out" % damage)
                offset += _POINTS_A_CALL
                if offset >= page["total"]:
                    break


def _points_of_command(source, named, keys, project):
    for first in range(0, len(named), _RUNS_A_COMMAND):
        some = named[first : first + _RUNS_A_COMMAND]
        only = [word for key in keys or [] for word in ("--key", key)]
        answer = source.run("run", "metrics", *only, "--", *some, project=project)
        for run in answer if isinstance(answer, list) else [answer]:
            yield run["id"], run["points"]


def _names_of(runs):
    if isinstance(runs, str):
        return [runs]
    if hasattr(runs, "columns"):
        return [str(each) for each in runs["run_id"]]
    return [each["run_id"] if isinstance(each, dict) else str(each) for each in runs]


def _time(epoch_ms):
    return None if epoch_ms is None else _EPOCH + timedelta(milliseconds=epoch_ms)


def _number(value, is_metric):
    """NaN and the infinities of metrics travel as words."""
    return float(value) if is_metric and value is not None else value


def _builder(as_):
    """Found before anything is read, so that a missing package is not learned of at the end."""
    if as_ == "records":
        return _records
    if as_ not in ("pandas", "polars"):
        raise ValueError("as_=%r is none of 'pandas', 'polars' and 'records'" % (as_,))
    try:
        package = __import__(as_)
    except ImportError as error:
        raise ImportError("%s is not installed: pip install %s, or ask with as_='records'" % (as_, as_)) from error
    return package.DataFrame if as_ == "pandas" else lambda columns: package.DataFrame(_of_one_type(columns))


def _records(columns):
    return [dict(zip(columns, row)) for row in zip(*columns.values())]


def _of_one_type(columns):
    """Polars wants one type in a column; whole numbers go among others, and what else is mixed becomes text."""
    settled = {}
    for name, values in columns.items():
        types = {type(value) for value in values if value is not None}
        if types == {int, float}:
            values = [None if value is None else float(value) for value in values]
        elif len(types) > 1:
            values = [None if value is None else str(value) for value in values]
        settled[name] = values
    return settled
