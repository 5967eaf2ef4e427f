"""Fill a new SQLite store of MLflow with the runs of track-workspace.ts, straight into its tables.

Usage: track-populate.py DATABASE RUNS METRICS PARAMS
"""

import sqlite3
import sys
import uuid

from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

BASE_MS = 1750000000000


def main():
    path, runs, metrics, params = sys.argv[1], *map(int, sys.argv[2:])
    # Makes the tables.
    store = SqlAlchemyStore("sqlite:///" + path, path + ".artifacts")
    experiment = store.create_experiment("many")
    store.engine.dispose()
    database = sqlite3.connect(path)
    for index in range(runs):
        run = uuid.uuid4().hex
        insert(
            database,
            "runs",
            run_uuid=run,
            name="run-%d" % index,
            source_type="UNKNOWN",
            source_name="",
            entry_point_name="",
            user_id="bench",
            status="FINISHED",
            start_time=BASE_MS + index * 1000,
            end_time=BASE_MS + index * 1000 + 500,
            source_version="",
            lifecycle_stage="active",
            artifact_uri="mlflow-artifacts:/%s/%s/artifacts" % (experiment, run),
            experiment_id=int(experiment),
        )
        values = [("metric_%d" % key, (index * 37 + key * 101) % 1000 / 1000, BASE_MS + index * 1000, run, 0, 0) for key in range(metrics)]
        for table in ("metrics", "latest_metrics"):
            database.executemany(
                "INSERT INTO %s (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, ?)" % table, values
            )
        database.executemany(
            "INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)",
            [("param_%d" % key, str((index * 7 + key * 3) % 10), run) for key in range(params)],
        )
    database.commit()
    database.execute("ANALYZE")
    database.commit()
    database.close()


def insert(database, table, **row):
    names = ", ".join(row)
    database.execute("INSERT INTO %s (%s) VALUES (%s)" % (table, names, ", ".join("?" * len(row))), list(row.values()))


main()
