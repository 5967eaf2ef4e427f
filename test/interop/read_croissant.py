"""Reads a Croissant description with MLCommons' own package and prints what it found as JSON."""

import json
import sys

import mlcroissant as mlc

dataset = mlc.Dataset(jsonld=sys.argv[1])
issues = dataset.metadata.ctx.issues
records = {}
for record_set in dataset.metadata.record_sets:
    rows = []
    for row in dataset.records(record_set=record_set.uuid):
        rows.append({key: value.decode() if isinstance(value, bytes) else str(value) for key, value in row.items()})
    records[record_set.uuid] = rows
print(
    json.dumps(
        {
            "name": dataset.metadata.name,
            "errors": sorted(issues.errors),
            "warnings": sorted(issues.warnings),
            "files": [file.uuid for file in dataset.metadata.distribution],
            "fields": {
                record_set.uuid: [[field.name, [str(kind) for kind in field.data_types]] for field in record_set.fields]
                for record_set in dataset.metadata.record_sets
            },
            "records": records,
        }
    )
)
