"""Drive two tracking servers with one random sequence of calls and compare what they answer.

Arguments: the address of MLflow's own server, the address of Lathe, a seed, the number of steps, and a file with the accepted
differences. Prints one JSON document: how many calls there were of each kind, the differences that are accepted and how often each was
met, and the first differences that are not. The token of Lathe comes as MLFLOW_TRACKING_TOKEN; MLflow's own server pays no heed to it.
"""

import json
import math
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter

import requests
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelInput, LoggedModelOutput, Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException

TIMES = {"creation_time", "last_update_time", "creation_timestamp", "last_updated_timestamp",
         "creation_timestamp_ms", "last_updated_timestamp_ms"}
UNORDERED = {"tags", "params", "metrics", "dataset_inputs", "aliases", "latest_versions", "latest_version", "model_inputs", "model_outputs"}
WORDS = ["loss", "acc", "val/loss", "lr", "a b", "größe", "é.x", "k-1", "deep/er/key", "x:y"]
BAD_KEYS = ["", "a//b", "/x", "../x", "a$b", "a/", ".", "k" * 251]
TEXTS = ["", "1", "0.5", "adam", "Adam", "a'b", 'a"b', "ünï", "50%", "a_b", "x" * 300, "line\nbreak", "日本"]
NUMBERS = [0.0, 1.0, -1.0, 0.5, 1e-9, 1e300, float("nan"), float("inf"), float("-inf"), 3.25, 2**53 * 1.0]


class Server:
    """One of the two, with the names that its ids have in the comparison."""

    def __init__(self, url):
        self.url = url
        self.client = MlflowClient(tracking_uri=url, registry_uri=url)
        self.session = requests.Session()
        self.session.headers["Authorization"] = "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"]
        self.names = {}
        self.runs = []
        self.models = []
        self.seconds = 0.0

    def raw(self, method, path, body=None, params=None):
        answer = self.session.request(method, self.url + path, json=body, params=params)
        try:
            content = answer.json()
        except ValueError:
            content = answer.text[:200]
        if isinstance(content, dict) and "next_page_token" in content:
            content["next_page_token"] = "more"
        return {"status": answer.status_code, "body": content}


def plain(value):
    """An entity of MLflow's client as lists, dictionaries and scalars."""
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set)):
        found = [plain(inner) for inner in value]
        token = getattr(value, "token", None)
        return {"items": found, "more": bool(token)} if hasattr(value, "token") else found
    if hasattr(value, "to_dictionary"):
        return plain(value.to_dictionary())
    if not hasattr(value, "__dict__"):
        return repr(value)
    fields = {key.lstrip("_"): inner for key, inner in vars(value).items()}
    return plain(fields) if fields else str(value)


def normal(value, server, key=None):
    """What must be equal: ids as their names, times as T, lists without an order sorted."""
    if isinstance(value, str):
        if value.startswith("[{") and key not in ("message",):
            try:
                return normal(json.loads(value), server, key)
            except ValueError:
                pass
        value = value.replace(server.url, "SERVER").replace("port=" + server.url.rsplit(":", 1)[-1], "PORT")
        return re.sub(r"m-[0-9a-f]{32}|[0-9a-f]{32}", lambda m: server.names.get(m[0], "ID"), value)
    if isinstance(value, dict):
        return {k: "T" if k in TIMES else normal(v, server, k) for k, v in sorted(value.items())
                if k not in ("sqlstate", "error_class")}
    if isinstance(value, list):
        found = [normal(inner, server, key) for inner in value]
        return sorted(found, key=lambda each: json.dumps(each, sort_keys=True)) if key in UNORDERED else found
    return value


def call(action, server):
    began = time.monotonic()
    try:
        return normal(plain(action(server)), server)
    finally:
        server.seconds += time.monotonic() - began


def answered(action, server):
    try:
        return call(action, server)
    except MlflowException as error:
        message = re.sub(r"^[A-Z_]+: ", "", str(error.message))
        return {"error": error.error_code, "message": normal(message, server, "message")}
    except requests.HTTPError as error:
        return {"http": error.response.status_code}


def differ(a, b, path=""):
    """Where two answers differ: (path, one, other)."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(set(a) | set(b)):
            yield from differ(a.get(key, "(absent)"), b.get(key, "(absent)"), f"{path}.{key}")
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for index, (one, other) in enumerate(zip(a, b)):
            yield from differ(one, other, f"{path}[{index}]")
    elif isinstance(a, float) and isinstance(b, float) and math.isnan(a) and math.isnan(b):
        return
    elif a != b:
        yield path, a, b


def chosen(action):
    """What the step was called with, for people who look at a difference."""
    cells = zip(action.__code__.co_freevars, action.__closure__ or ())
    return {name: repr(cell.cell_contents)[:300] for name, cell in cells if name != "self"}


class Play:
    """The sequence: every step is chosen once and done by both."""

    def __init__(self, servers, seed):
        self.servers = servers
        self.random = random.Random(seed)
        self.experiments = ["0"]
        self.experiment_names = ["Default"]
        self.run_count = 0
        self.model_count = 0
        self.deleted = set()
        self.registered = []
        self.versions = Counter()
        self.clock = 1_700_000_000_000

    # what is chosen

    def one(self, items):
        return self.random.choice(items)

    def chance(self, percent):
        return self.random.random() * 100 < percent

    def experiment(self):
        return "99999" if self.chance(3) else self.one(self.experiments)

    def run(self):
        """A function from a server to its id of the chosen run."""
        if self.chance(2) or self.run_count == 0:
            return lambda server: "f" * 32
        index = self.random.randrange(self.run_count)
        return lambda server: server.runs[index]

    def model(self):
        if self.chance(3) or self.model_count == 0:
            return lambda server: "m-" + "f" * 32
        index = self.random.randrange(self.model_count)
        return lambda server: server.models[index]

    def key(self):
        return self.one(BAD_KEYS) if self.chance(5) else self.one(WORDS)

    def text(self):
        return self.one(TEXTS)

    def time(self):
        self.clock += self.random.randrange(1, 1000)
        return self.clock

    def name(self):
        return self.one(self.registered) if self.registered and not self.chance(4) else self.one(["nobody", "a/b", "x:y"])

    def version(self, name):
        return str(self.random.randrange(1, self.versions[name] + 2))

    def clause(self):
        kind = self.one(["metrics", "metric", "params", "param", "tags", "tag", "attributes", "", "attr", "run", "dataset"])
        word = self.one(WORDS)
        quoted = word if re.fullmatch(r"[a-z]+", word) else self.one(["`%s`", '"%s"']) % word
        string = self.one(["'%s'", '"%s"']) % self.one(["adam", "Adam", "1", "a%", "%d%", "A_AM", "ünï", "", "x"])
        if kind.startswith("metric"):
            return f"{kind}.{quoted} {self.one(['<', '<=', '>', '>=', '=', '!='])} {self.one(['0', '0.5', '-1', '1e-3', '1e300', '.5'])}"
        if kind.startswith(("param", "tag")):
            if self.chance(15):
                return f"{kind}.{quoted} {self.one(['IS NULL', 'IS NOT NULL', 'is null'])}"
            return f"{kind}.{quoted} {self.one(['=', '!=', 'LIKE', 'ILIKE', 'like'])} {string}"
        if kind == "dataset":
            key = self.one(["name", "digest", "context"])
            if self.chance(25):
                return f"dataset.{key} {self.one(['IN', 'NOT IN'])} ('d1', 'train')"
            return f"dataset.{key} {self.one(['=', '!=', 'LIKE', 'ILIKE'])} {self.one(['%d1%', 'train', 'd2', 'D%']).join(chr(39) * 2)}"
        dot = f"{kind}." if kind else ""
        if self.chance(40):
            return f"{dot}{self.one(['start_time', 'end_time', 'created'])} {self.one(['<', '>=', '!=', '='])} {self.clock - self.random.randrange(50_000)}"
        attribute = self.one(["status", "run_name", "user_id", "artifact_uri", "`run name`"])
        value = self.one(["RUNNING", "FINISHED", "%I%", "run-1%", "KILLED", "me", "%artifacts"])
        return f"{dot}{attribute} {self.one(['=', '!=', 'LIKE', 'ILIKE'])} '{value}'"

    def filter(self):
        if self.chance(25):
            return ""
        if self.chance(10):
            return self.one(["metrics.loss", "metrics.loss > 'a'", "params.lr = 1", "foo.bar = 'x'", "attributes.nothing = 'x'",
                             "metrics.loss > 1 OR metrics.acc < 2", "tags.a = b", "params.lr > 'x'", "metrics.loss LIKE 'x'",
                             "metrics.loss = = 1", "run_id IN ('a', 'b')", "run_id IN ()", "status IN ('RUNNING')", "dataset.nothing = 'x'",
                             "metrics.loss IS NULL", "params.lr IN ('a')", "start_time = 'x'", "(metrics.loss > 1)"])
        return self.one([" and ", " AND "]).join(self.clause() for _ in range(self.random.randrange(1, 4)))

    def order(self):
        return self.random.sample(
            ["metrics.loss", "metrics.acc DESC", "params.lr ASC", "tags.`a b`", "attributes.start_time ASC", "status desc",
             "run_name", "end_time DESC", "metric.`val/loss` asc", "parameters.größe", "user_id"], self.random.randrange(3)
        ) if not self.chance(4) else [self.one(["metrics.loss sideways", "nothing.x", "attributes.nothing", "metrics.loss asc nulls", ""])]

    # what is done

    def step(self):
        name, weight = zip(*KINDS)
        kind = self.random.choices(name, weights=weight)[0]
        action = getattr(self, kind)()
        return kind, chosen(action), [answered(action, server) for server in self.servers]

    def create_experiment(self):
        name = f"e{len(self.experiments)}" + self.one(["", " ünï", "/slash", " 50%", "A"]) if self.chance(85) else self.one(self.experiment_names + [""])
        tags = {self.key(): self.text() for _ in range(self.random.randrange(3))}
        location = self.one([None, None, None, "s3://bucket/there"])
        known = name in self.experiment_names or name == "" or any(key in BAD_KEYS for key in tags)
        if not known:
            self.experiments.append(str(len(self.experiments)))
            self.experiment_names.append(name)
        return lambda s: s.client.create_experiment(name, artifact_location=location, tags=tags)

    def get_experiment(self):
        experiment = self.experiment()
        return lambda s: s.client.get_experiment(experiment)

    def get_experiment_by_name(self):
        name = self.one(self.experiment_names + ["nobody"])
        return lambda s: s.client.get_experiment_by_name(name)

    def rename_experiment(self):
        experiment, name = self.experiment(), f"renamed {self.random.randrange(10**9)}"
        return lambda s: s.client.rename_experiment(experiment, name)

    def delete_experiment(self):
        experiment = self.experiment()
        if experiment == "0":
            return lambda s: None
        self.deleted.add(experiment)
        return lambda s: s.client.delete_experiment(experiment)

    def restore_experiment(self):
        experiment = self.experiment()
        self.deleted.discard(experiment)
        return lambda s: s.client.restore_experiment(experiment)

    def tag_experiment(self):
        experiment, key, value = self.experiment(), self.key(), self.text()
        if self.chance(30):
            return lambda s: s.client.delete_experiment_tag(experiment, key)
        return lambda s: s.client.set_experiment_tag(experiment, key, value)

    def search_experiments(self):
        order = [self.one(["name", "name DESC", "experiment_id", "experiment_id desc"])]
        view = self.one([ViewType.ACTIVE_ONLY, ViewType.DELETED_ONLY, ViewType.ALL])
        limit = self.one([1, 3, 100])
        filter = self.one(["", "name = 'e1'", "name LIKE 'e%'", "name ILIKE 'E%'", "tags.lr != 'x'", "tags.`a b` = '1'", "tag.loss LIKE '%a%'",
                           "attribute.name != 'e1' AND tags.acc IS NULL", "creation_time > 0", "experiment_id IN ('1', '2')", "nothing = 'x'",
                           "name like 'e%'", "params.x = 'y'", "last_update_time < 1", "experiment_id = '1'", "experiment_id > '1'"])

        def pages(s):
            found, token = [], None
            for _ in range(3):
                page = s.client.search_experiments(view, limit, filter, order, token)
                token = page.token
                found.append([each for each in page])
                if not token:
                    break
            return found
        return pages

    def create_run(self):
        experiment, start, name = self.experiment(), self.time(), f"run-{self.run_count}"
        tags = {key: self.text() for key in self.random.sample(WORDS, self.random.randrange(3))}
        symbol, count = f"RUN{self.run_count}", self.run_count
        gone = experiment not in self.alive()

        def create(s):
            run = s.client.create_run(experiment, start, tags, name)
            s.names[run.info.run_id] = symbol
            s.runs.append(run.info.run_id)
            return run
        if not gone:
            self.run_count = count + 1
        return create

    def alive(self):
        """Experiments that are there and not deleted."""
        return set(self.experiments) - self.deleted

    def get_run(self):
        run = self.run()
        return lambda s: s.client.get_run(run(s))

    def update_run(self):
        run, status, end = self.run(), self.one(["FINISHED", "FAILED", "KILLED", "RUNNING", "SCHEDULED", None]), self.time()
        name = self.one([None, None, f"new name {self.random.randrange(100)}"])
        if self.chance(50):
            return lambda s: s.client.set_terminated(run(s), status or "FINISHED", end)
        return lambda s: s.client.update_run(run(s), status, name)

    def delete_run(self):
        run = self.run()
        return lambda s: s.client.delete_run(run(s))

    def restore_run(self):
        run = self.run()
        return lambda s: s.client.restore_run(run(s))

    def log_metric(self):
        run, key, value, at, step = self.run(), self.key(), self.one(NUMBERS), self.time(), self.random.randrange(-2, 20)
        if self.chance(5):
            at = -1
        # MLflow's server keeps the metric of a model before it refuses the run's.
        model = self.model() if self.chance(15) and key not in BAD_KEYS and at >= 0 else None
        return lambda s: s.client.log_metric(run(s), key, value, at, step, model_id=model(s) if model else None)

    def log_param(self):
        run, key, value = self.run(), self.key(), self.one(TEXTS + ["y" * 6001])
        return lambda s: s.client.log_param(run(s), key, value)

    def log_batch(self):
        run, at = self.run(), self.time()
        metrics = [Metric(self.key(), self.one(NUMBERS), self.one([at, at - 1]), self.random.randrange(5)) for _ in range(self.random.randrange(30))]
        params = [Param(self.key() if self.chance(10) else self.one(WORDS) + str(self.random.randrange(5)), self.text()) for _ in range(self.random.randrange(4))]
        tags = [RunTag(self.key(), self.text()) for _ in range(self.random.randrange(3))]
        return lambda s: s.client.log_batch(run(s), metrics, params, tags)

    def log_too_much(self):
        run, what = self.run(), self.one(["metrics", "params", "tags", "all"])
        body = {
            "metrics": {"metrics": [{"key": f"m{i}", "value": i, "timestamp": 1} for i in range(1001)]},
            "params": {"params": [{"key": f"p{i}", "value": "x"} for i in range(101)]},
            "tags": {"tags": [{"key": f"t{i}", "value": "x"} for i in range(101)]},
            "all": {"metrics": [{"key": f"m{i}", "value": i, "timestamp": 1} for i in range(990)],
                    "tags": [{"key": f"t{i}", "value": "x"} for i in range(20)]},
        }[what]
        return lambda s: s.raw("POST", "/api/2.0/mlflow/runs/log-batch", {"run_id": run(s), **body})

    def tag_run(self):
        run, key, value = self.run(), self.key(), self.one(TEXTS + ["z" * 8001])
        if self.chance(30):
            return lambda s: s.client.delete_tag(run(s), key)
        return lambda s: s.client.set_tag(run(s), key, value)

    def bad_request(self):
        """What no client sends: fields that are missing or of another type."""
        run = self.run()
        method, path, body = self.one([
            ("POST", "runs/log-metric", {"key": "a", "value": 1}),
            ("POST", "runs/log-metric", {"key": "a", "value": "x", "timestamp": 1}),
            ("POST", "runs/log-metric", {"key": 5, "value": 1, "timestamp": 1}),
            ("POST", "runs/log-metric", {"key": "a", "value": 1, "timestamp": "x"}),
            ("POST", "runs/log-parameter", {"value": "x"}),
            ("POST", "runs/log-parameter", {"key": ["a"], "value": "x"}),
            ("POST", "runs/log-batch", {"metrics": 5}),
            ("POST", "runs/log-batch", {"metrics": [{"key": "a", "timestamp": 1}]}),
            ("POST", "runs/log-batch", {"params": [{"value": "a"}]}),
            ("POST", "runs/set-tag", {"key": "", "value": "x"}),
            ("POST", "runs/delete-tag", {}),
            ("POST", "experiments/create", {"name": 5}),
            ("POST", "experiments/create", {"name": "x", "tags": "y"}),
            ("GET", "experiments/get", None),
            ("POST", "runs/search", {"experiment_ids": "1"}),
            ("POST", "runs/search", {"experiment_ids": ["x"]}),
            ("POST", "runs/search", {"experiment_ids": ["1"], "max_results": 50001}),
            ("POST", "runs/search", {"experiment_ids": ["1"], "order_by": "x"}),
            ("POST", "experiments/search", {}),
            ("POST", "registered-models/create", {}),
            ("POST", "model-versions/create", {"name": "x"}),
            ("POST", "model-versions/transition-stage", {"name": "x", "version": "1", "stage": "Nowhere"}),
            ("POST", "logged-models/search", {}),
        ])
        if body is not None and path.startswith("runs/") and path != "runs/search":
            return lambda s: s.raw(method, f"/api/2.0/mlflow/{path}", {"run_id": run(s), **body})
        return lambda s: s.raw(method, f"/api/2.0/mlflow/{path}", body)

    def search_runs(self):
        experiments = sorted({self.one(self.experiments) for _ in range(self.random.randrange(1, 5))})
        filter, order, limit = self.filter(), self.order(), self.one([1, 2, 5, 1000])
        view = self.one([ViewType.ACTIVE_ONLY, ViewType.ACTIVE_ONLY, ViewType.DELETED_ONLY, ViewType.ALL])

        def pages(s):
            found, token = [], None
            for _ in range(3):
                page = s.client.search_runs(experiments, filter, view, limit, order, token)
                token = page.token
                found.append([each for each in page])
                if not token:
                    break
            return {"filter": filter, "order": order, "pages": found, "more": bool(token)}
        return pages

    def metric_history(self):
        run, key = self.run(), self.one(WORDS)
        if self.chance(40):
            limit = self.one([1, 3, 1000])
            return lambda s: s.raw("GET", "/api/2.0/mlflow/metrics/get-history", None, {"run_id": run(s), "metric_key": key, "max_results": limit})
        return lambda s: s.client.get_metric_history(run(s), key)

    def bulk_history(self):
        runs, key, limit = [self.run() for _ in range(self.random.randrange(0, 4))], self.one(WORDS), self.one([1, 2, 7, 100])
        between = self.one([{}, {"start_step": 1, "end_step": 8}, {"start_step": 5}, {"start_step": 9, "end_step": 2}])

        def bulk(s):
            answer = s.raw("GET", "/api/2.0/mlflow/metrics/get-history-bulk-interval", None,
                           {"run_ids": [run(s) for run in runs], "metric_key": key, "max_results": limit, **between})
            return answer
        return bulk

    def log_inputs(self):
        run = self.run()
        datasets = [
            DatasetInput(Dataset(self.one(["d1", "d2"]), self.one(["x1", "x2"]), "local", self.text() or "s", self.one([None, "{}"]), None),
                         [InputTag("mlflow.data.context", self.one(["train", "eval"]))] if self.chance(70) else [])
            for _ in range(self.random.randrange(1, 3))]
        models = [LoggedModelInput("m-1")] if self.chance(20) else None
        return lambda s: s.client.log_inputs(run(s), datasets, models)

    def log_outputs(self):
        run, model, step = self.run(), self.model(), self.random.randrange(5)
        return lambda s: s.client.log_outputs(run(s), [LoggedModelOutput(model(s), step)])

    def log_artifact(self):
        run, path, text = self.run(), self.one(["a.txt", "sub/b.txt", "sub/deep/ünï c.txt", "sub/50%.txt", "x y/z.json"]), self.text()

        def upload(s):
            with tempfile.TemporaryDirectory() as folder:
                file = os.path.join(folder, path.rsplit("/", 1)[-1])
                with open(file, "w") as stream:
                    stream.write(text)
                s.client.log_artifact(run(s), file, path.rsplit("/", 1)[0] if "/" in path else None)
        return self.unless_elsewhere(run, upload)

    def list_artifacts(self):
        run, path = self.run(), self.one([None, "sub", "sub/deep", "a.txt", "nothing", "x y"])
        return self.unless_elsewhere(run, lambda s: sorted([plain(each) for each in s.client.list_artifacts(run(s), path)], key=str))

    def read_artifact(self):
        run, path = self.run(), self.one(["a.txt", "sub/b.txt", "sub/deep/ünï c.txt", "sub/50%.txt", "nothing.txt"])

        def read(s):
            with tempfile.TemporaryDirectory() as folder:
                with open(s.client.download_artifacts(run(s), path, folder)) as stream:
                    return stream.read()
        return self.unless_elsewhere(run, read)

    def unless_elsewhere(self, run, action):
        """The bytes of experiments whose artifacts are in a bucket are neither server's business."""
        def guarded(s):
            found = s.raw("GET", "/api/2.0/mlflow/runs/get", None, {"run_id": run(s)})["body"]
            uri = found.get("run", {}).get("info", {}).get("artifact_uri", "")
            return None if uri.startswith("s3:") else action(s)
        return guarded

    def create_logged_model(self):
        experiment, count = self.one(sorted(self.alive())), self.model_count
        name = self.one(["", f"model-{count}", f"model-{count}", "a/b", "x.y"])
        params = {key: self.text() for key in self.random.sample(WORDS, 2)}
        tags = {key: self.text() for key in self.random.sample(WORDS, 2)}
        run = self.run() if self.chance(60) else None
        if name.startswith("model") or name == "":
            self.model_count = count + 1

        def create(s):
            model = s.client.create_logged_model(experiment, name or f"model-{count}", run(s) if run else None, tags, params, self.kind)
            s.names[model.model_id] = f"MODEL{count}"
            s.models.append(model.model_id)
            return model
        self.kind = self.one([None, "classifier"])
        return create

    def change_logged_model(self):
        model, what, key, value = self.model(), self.one(["finalize", "tag", "untag", "get", "params", "delete", "list"]), self.one(WORDS), self.text()
        unique = f"param {self.random.randrange(10**9)}"
        return {
            "finalize": lambda s: s.client.finalize_logged_model(model(s), "READY"),
            "tag": lambda s: s.client.set_logged_model_tags(model(s), {key: value}),
            "untag": lambda s: s.raw("DELETE", f"/api/2.0/mlflow/logged-models/{model(s)}/tags/loss"),
            "get": lambda s: s.client.get_logged_model(model(s)),
            "params": lambda s: s.client.log_model_params(model(s), {unique: value}),
            "delete": lambda s: s.client.delete_logged_model(model(s)) if self.model_count > 5 else None,
            "list": lambda s: s.raw("GET", f"/api/2.0/mlflow/logged-models/{model(s)}/artifacts/directories"),
        }[what]

    def search_logged_models(self):
        experiments = sorted({self.one(self.experiments) for _ in range(3)})
        filter = self.one([None, "name LIKE 'model-%'", "metrics.loss > 0", "params.lr = '1'", "tags.acc != 'x'", "model_type = 'classifier'",
                           "attributes.name = 'model-1'", "nothing.x = 'y'", "metrics.acc < 5 AND name LIKE '%1%'"])
        order = [self.one([{"field_name": "name"}, {"field_name": "name", "ascending": False}])]
        limit = self.one([1, 3, 50])
        return lambda s: s.client.search_logged_models(experiments, filter, max_results=limit, order_by=order)

    def create_registered_model(self):
        name = f"model {len(self.registered)}" + self.one(["", " ünï"]) if self.chance(85) else self.one(self.registered + ["a/b", ""])
        tags = {key: self.text() for key in self.random.sample(WORDS, self.random.randrange(3))}
        if name.startswith("model ") and name not in self.registered:
            self.registered.append(name)
        return lambda s: s.client.create_registered_model(name, tags, self.one(["", "about"]) if False else "about")

    def change_registered_model(self):
        name, key, value = self.name(), self.key(), self.text()
        what = self.one(["get", "update", "tag", "untag", "latest"])
        return {
            "get": lambda s: s.client.get_registered_model(name),
            "update": lambda s: s.client.update_registered_model(name, value),
            "tag": lambda s: s.client.set_registered_model_tag(name, key, value),
            "untag": lambda s: s.client.delete_registered_model_tag(name, key),
            "latest": lambda s: s.raw("POST", "/api/2.0/mlflow/registered-models/get-latest-versions", {"name": name}),
        }[what]

    def rename_registered_model(self):
        name = self.name()
        new = self.one(self.registered or ["none"]) if self.chance(20) else f"model renamed {self.random.randrange(10**9)}"
        if name in self.registered and new not in self.registered:
            self.registered[self.registered.index(name)] = new
            self.versions[new] = self.versions.pop(name, 0)
        elif name in self.registered and new == name:
            return lambda s: None
        return lambda s: s.client.rename_registered_model(name, new)

    def delete_registered_model(self):
        name = self.name()
        if len(self.registered) < 4:
            return lambda s: None
        if name in self.registered:
            self.registered.remove(name)
            self.versions.pop(name, None)
        return lambda s: s.client.delete_registered_model(name)

    def create_version(self):
        name, run, model = self.name(), self.run(), self.model()
        tags = {key: self.text() for key in self.random.sample(WORDS, self.random.randrange(2))}
        source = self.one(["s3", "s3", "runs", "model", "local", "other", "dots"])
        if name in self.registered and source in ("s3", "runs", "model"):
            self.versions[name] += 1

        def create(s):
            body = {"name": name, "description": "", "tags": [{"key": k, "value": v} for k, v in tags.items()], **{
                "s3": lambda: {"source": "s3://bucket/model"},
                "runs": lambda: {"source": f"runs:/{run(s)}/model", "run_id": run(s)},
                "model": lambda: {"source": f"models:/{model(s)}", "model_id": model(s)},
                "local": lambda: {"source": "/etc/passwd"},
                "other": lambda: {"source": f"runs:/{run(s)}/model", "run_id": "e" * 32},
                "dots": lambda: {"source": "mlflow-artifacts:/../x"},
            }[source]()}
            return s.raw("POST", "/api/2.0/mlflow/model-versions/create", body)
        return create

    def change_version(self):
        name = self.name()
        version, key, value, stage = self.version(name), self.key(), self.text(), self.one(["Staging", "production", "Archived", "None", "Nowhere"])
        what = self.one(["get", "update", "tag", "untag", "stage", "uri", "delete"])
        return {
            "get": lambda s: s.client.get_model_version(name, version),
            "update": lambda s: s.client.update_model_version(name, version, value),
            "tag": lambda s: s.client.set_model_version_tag(name, version, key, value),
            "untag": lambda s: s.client.delete_model_version_tag(name, version, key),
            "stage": lambda s: s.raw("POST", "/api/2.0/mlflow/model-versions/transition-stage",
                                     {"name": name, "version": version, "stage": stage, "archive_existing_versions": stage in ("Staging", "production")}),
            "uri": lambda s: s.client.get_model_version_download_uri(name, version),
            "delete": lambda s: s.client.delete_model_version(name, version),
        }[what]

    def change_alias(self):
        name, alias = self.name(), self.one(["champion", "b_2", "v1", "latest", "b ad"])
        version, what = self.version(name), self.one(["set", "get", "delete"])
        return {
            "set": lambda s: s.client.set_registered_model_alias(name, alias, version),
            "get": lambda s: s.client.get_model_version_by_alias(name, alias),
            "delete": lambda s: s.client.delete_registered_model_alias(name, alias),
        }[what]

    def search_registry(self):
        limit = self.one([1, 2, 100])
        if self.chance(50):
            filter = self.one(["", "name LIKE 'model%'", "name ILIKE 'MODEL%'", "tags.lr = '1'", "tag.`a b` != 'x'", "nothing = 'x'", "name IN ('model 0', 'x')"])
            return lambda s: s.client.search_registered_models(filter, limit, [self.one(["name"]), ])
        filter = self.one(["", "name LIKE 'model%'", "run_id = 'x'", "source_path LIKE 's3%'", "version_number > 1", "tags.lr = '1'", "name = 'model 0'", "foo = 1"])
        return lambda s: s.client.search_model_versions(filter, limit, ["name ASC", "version_number DESC"])

    def not_there(self):
        path = self.one(["runs/nothing", "nothing", "gateway/nothing"])
        return lambda s: s.raw("POST", f"/api/2.0/mlflow/{path}", {})["status"]


KINDS = [
    ("create_experiment", 3), ("get_experiment", 2), ("get_experiment_by_name", 1), ("rename_experiment", 1), ("delete_experiment", 0.6),
    ("restore_experiment", 1.5), ("tag_experiment", 3), ("search_experiments", 4), ("create_run", 10), ("get_run", 6), ("update_run", 4),
    ("delete_run", 1.5), ("restore_run", 1.5), ("log_metric", 10), ("log_param", 6), ("log_batch", 12), ("log_too_much", 0.6), ("tag_run", 5),
    ("bad_request", 4), ("search_runs", 22), ("metric_history", 5), ("bulk_history", 4), ("log_inputs", 4), ("log_outputs", 1.5),
    ("log_artifact", 4), ("list_artifacts", 3), ("read_artifact", 2), ("create_logged_model", 3), ("change_logged_model", 5),
    ("search_logged_models", 3), ("create_registered_model", 2), ("change_registered_model", 5), ("rename_registered_model", 0.6),
    ("delete_registered_model", 0.4), ("create_version", 4), ("change_version", 6), ("change_alias", 4), ("search_registry", 4), ("not_there", 0.5),
]


def accepted_by(entries, kind, path, real, lathe):
    for entry in entries:
        if (re.fullmatch(entry["calls"], kind) and re.search(entry["path"], path)
                and re.search(entry["mlflow"], json.dumps(real, ensure_ascii=False))
                and re.search(entry["lathe"], json.dumps(lathe, ensure_ascii=False))):
            return entry["name"]
    return None


def main(real, lathe, seed, steps, accepted_file):
    with open(accepted_file) as file:
        entries = json.load(file)
    # MLflow's client prints where a run can be seen.
    answer, sys.stdout = sys.stdout, sys.stderr
    play = Play([Server(real), Server(lathe)], int(seed))
    counts, met, found = Counter(), Counter(), []
    for step in range(int(steps)):
        kind, about, answers = play.step()
        counts[kind] += 1
        for path, one, other in differ(*answers):
            name = accepted_by(entries, kind, path, one, other)
            if name:
                met[name] += 1
            else:
                found.append({"step": step, "kind": kind, "about": about, "path": path, "mlflow": json.dumps(one), "lathe": json.dumps(other)})
        if len(found) >= 40:
            break
    seconds = {server.url: round(server.seconds, 1) for server in play.servers}
    print(json.dumps({"calls": dict(counts), "accepted": dict(met), "seconds": seconds, "differences": found}, default=str), file=answer)


main(*sys.argv[1:])
