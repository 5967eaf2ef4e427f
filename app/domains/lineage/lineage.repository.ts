import type { DatasetVersionId, EndpointId, ModelVersionId, RunId } from '../../contract/ids.ts';
import type { LineageEdge, LineageNode } from '../../contract/lineage.contract.ts';
import type { Database, SqlRow } from '../../kernel/ports/database.ts';

/** A thing of the graph: kind and id, as in the keys of nodes. */
export type Key = `${LineageNode['kind']}:${string}`;

/** An edge that was found, and the thing at its far end. */
export interface Step extends LineageEdge {
  readonly far: Key;
}

/**
 * What is next to what, read from the tables of the domains that own it: a graph over thousands of runs is a few statements here, and
 * would be thousands of calls there. It only reads.
 */
export function createLineageRepository(database: Database) {
  const all = (sql: string, ids: readonly string[]): SqlRow[] =>
    ids.length === 0 ? [] : database.prepare(sql).all(JSON.stringify(ids));

  const steps = (rows: readonly SqlRow[], farEnd: 'from' | 'to'): Step[] =>
    rows.map((row) => {
      const from = String(row.from_key);
      const to = String(row.to_key);
      return { from, to, label: String(row.label), far: (farEnd === 'from' ? from : to) as Key };
    });

  /** Edges whose later end is one of these. */
  function before(kind: LineageNode['kind'], ids: readonly string[]): Step[] {
    switch (kind) {
      case 'dataset':
        return [
          ...steps(all(SOURCES, ids), 'from'),
          ...steps(all(`${PARENTS} AND v.id IN (SELECT value FROM json_each(?))`, ids), 'from'),
        ];
      case 'run':
        return steps(all(`${INPUTS} AND i.run_id IN (SELECT value FROM json_each(?))`, ids), 'from');
      case 'model':
        return steps(all(`${MODELS} AND m.id IN (SELECT value FROM json_each(?))`, ids), 'from');
      case 'endpoint':
        return steps(all(`${ENDPOINTS} WHERE e.id IN (SELECT value FROM json_each(?))`, ids), 'from');
      case 'source':
        return [];
    }
  }

  /** Edges whose earlier end is one of these. */
  function after(kind: LineageNode['kind'], ids: readonly string[]): Step[] {
    switch (kind) {
      case 'dataset':
        return [
          ...steps(all(`${PARENTS} AND p.id IN (SELECT value FROM json_each(?))`, ids), 'to'),
          ...steps(all(`${INPUTS} AND v.id IN (SELECT value FROM json_each(?))`, ids), 'to'),
        ];
      case 'run':
        return steps(all(`${MODELS} AND m.run_id IN (SELECT value FROM json_each(?))`, ids), 'to');
      case 'model':
        return steps(
          all(`${ENDPOINTS} WHERE e.model_version_id IN (SELECT value FROM json_each(?))`, ids),
          'to',
        );
      case 'endpoint':
      case 'source':
        return [];
    }
  }

  return {
    before,
    after,
    /** Which versions follow which inside one data set, of these alone: an order for the eye, no flow of data. */
    successions: (versionIds: readonly string[]): LineageEdge[] =>
      versionIds.length === 0
        ? []
        : database
            .prepare(
              `SELECT 'dataset:' || p.id AS from_key, 'dataset:' || v.id AS to_key
               FROM dataset_parents x JOIN dataset_versions v ON v.id = x.version_id JOIN dataset_versions p ON p.id = x.parent_id
               WHERE v.dataset_id = p.dataset_id AND p.version = v.version - 1
                 AND v.id IN (SELECT value FROM json_each(?)) AND p.id IN (SELECT value FROM json_each(?))`,
            )
            .all(JSON.stringify(versionIds), JSON.stringify(versionIds))
            .map((row) => ({ from: String(row.from_key), to: String(row.to_key), label: 'next version' })),
    /** The things themselves; those that are not there are left out. */
    nodes(kind: LineageNode['kind'], ids: readonly string[]): LineageNode[] {
      switch (kind) {
        case 'source':
          return ids.map((id) => ({
            kind,
            key: `source:${id}`,
            title: id,
            detail: '',
            createdAt: null,
            deleted: false,
          }));
        case 'dataset':
          return all(DATASET_NODES, ids).map(toDatasetNode);
        case 'run':
          return all(RUN_NODES, ids).map(toRunNode);
        case 'model':
          return all(MODEL_NODES, ids).map(toModelNode);
        case 'endpoint':
          return all(ENDPOINT_NODES, ids).map(toEndpointNode);
      }
    },
    /** How many things use these versions. */
    dependents(versionIds: readonly string[]) {
      const ids = JSON.stringify(versionIds);
      const row = database.prepare(DEPENDENTS).get(ids, ids, ids)!;
      return {
        runs: Number(row.runs),
        activeRuns: Number(row.active_runs),
        models: Number(row.models),
        endpoints: Number(row.endpoints),
        laterVersions: Number(row.later_versions),
      };
    },
  };
}

export type LineageRepository = ReturnType<typeof createLineageRepository>;

const SOURCES = `
  SELECT 'source:' || v.source AS from_key, 'dataset:' || v.id AS to_key, 'imported' AS label
  FROM dataset_versions v WHERE v.id IN (SELECT value FROM json_each(?))`;

/** Versions that were made from others; the plain succession inside one data set is no such thing. */
const PARENTS = `
  SELECT 'dataset:' || p.id AS from_key, 'dataset:' || v.id AS to_key, 'made into' AS label
  FROM dataset_parents x JOIN dataset_versions v ON v.id = x.version_id JOIN dataset_versions p ON p.id = x.parent_id
  WHERE (v.dataset_id <> p.dataset_id OR p.version <> v.version - 1)`;

/** The index of inputs is by name and number. */
const INPUTS = `
  SELECT 'dataset:' || v.id AS from_key, 'run:' || i.run_id AS to_key, 'read as ' || i.name AS label
  FROM dataset_versions v JOIN datasets d ON d.id = v.dataset_id
  JOIN run_inputs i ON i.dataset_name = d.name AND i.version = v.version AND i.dataset_version_id = v.id
  WHERE 1`;

const MODELS = `
  SELECT 'run:' || m.run_id AS from_key, 'model:' || m.id AS to_key, 'registered' AS label
  FROM model_versions m JOIN runs r ON r.id = m.run_id WHERE 1`;

const ENDPOINTS = `
  SELECT 'model:' || e.model_version_id AS from_key, 'endpoint:' || e.id AS to_key, 'served' AS label FROM endpoints e`;

const DATASET_NODES = `
  SELECT v.id, v.version, v.rows, v.files, v.format, v.created_at, d.name,
    v.deleted_at IS NOT NULL OR d.deleted_at IS NOT NULL AS deleted
  FROM dataset_versions v JOIN datasets d ON d.id = v.dataset_id
  WHERE v.id IN (SELECT value FROM json_each(?)) ORDER BY d.name, v.version`;

const RUN_NODES = `
  SELECT id, name, status, template, created_at, deleted_at IS NOT NULL AS deleted FROM runs
  WHERE id IN (SELECT value FROM json_each(?)) ORDER BY created_at, id`;

const MODEL_NODES = `
  SELECT v.id, v.version, v.task, v.created_at, m.name, v.deleted_at IS NOT NULL AS deleted
  FROM model_versions v JOIN models m ON m.id = v.model_id
  WHERE v.id IN (SELECT value FROM json_each(?)) ORDER BY m.name, v.version`;

const ENDPOINT_NODES = `
  SELECT id, name, desired, created_at FROM endpoints WHERE id IN (SELECT value FROM json_each(?)) ORDER BY name`;

const DEPENDENTS = `
  WITH versions AS (SELECT value AS id FROM json_each(?)),
  used AS (
    SELECT DISTINCT r.id, r.status FROM versions s JOIN dataset_versions v ON v.id = s.id JOIN datasets d ON d.id = v.dataset_id
    JOIN run_inputs i ON i.dataset_name = d.name AND i.version = v.version AND i.dataset_version_id = v.id
    JOIN runs r ON r.id = i.run_id WHERE r.deleted_at IS NULL),
  trained AS (SELECT m.id FROM model_versions m JOIN used u ON u.id = m.run_id WHERE m.deleted_at IS NULL)
  SELECT (SELECT COUNT(*) FROM used) AS runs,
    (SELECT COUNT(*) FROM used WHERE status IN ('queued', 'running')) AS active_runs,
    (SELECT COUNT(*) FROM trained) AS models,
    (SELECT COUNT(*) FROM endpoints e JOIN trained t ON t.id = e.model_version_id) AS endpoints,
    (SELECT COUNT(DISTINCT v.id) FROM dataset_parents x JOIN dataset_versions v ON v.id = x.version_id
     WHERE v.deleted_at IS NULL AND x.parent_id IN (SELECT value FROM json_each(?))
       AND v.id NOT IN (SELECT value FROM json_each(?))) AS later_versions`;

const shared = (kind: LineageNode['kind'], row: SqlRow, title: string, detail: string) => ({
  key: `${kind}:${row.id}`,
  title,
  detail,
  createdAt: Number(row.created_at),
  deleted: row.deleted === 1,
});

function toDatasetNode(row: SqlRow): LineageNode {
  const version = Number(row.version);
  const size = row.rows === null ? `${row.files} files` : `${row.rows} rows`;
  return {
    ...shared(
      'dataset',
      row,
      `${row.name}@v${version}`,
      row.format === null ? size : `${row.format}, ${size}`,
    ),
    kind: 'dataset',
    id: row.id as DatasetVersionId,
    dataset: String(row.name),
    version,
  };
}

function toRunNode(row: SqlRow): LineageNode {
  const state = String(row.status);
  return {
    ...shared('run', row, String(row.name), `${row.template}, ${state}`),
    kind: 'run',
    id: row.id as RunId,
    state,
  };
}

function toModelNode(row: SqlRow): LineageNode {
  const version = Number(row.version);
  return {
    ...shared('model', row, `${row.name}@v${version}`, String(row.task ?? '')),
    kind: 'model',
    id: row.id as ModelVersionId,
    model: String(row.name),
    version,
  };
}

function toEndpointNode(row: SqlRow): LineageNode {
  const state = String(row.desired);
  return {
    ...shared('endpoint', row, String(row.name), state),
    kind: 'endpoint',
    id: row.id as EndpointId,
    state,
  };
}
