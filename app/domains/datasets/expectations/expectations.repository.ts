import type { CheckReport, CheckTrigger, Expectation } from '../../../contract/data-checks.contract.ts';
import type { DatasetId, DatasetVersionId, Digest, ExpectationId, ProjectId } from '../../../contract/ids.ts';
import type { Database, SqlRow } from '../../../kernel/ports/database.ts';

const REPORT = `SELECT r.*, (SELECT v.id FROM dataset_versions v WHERE v.dataset_id = r.dataset_id AND v.digest = r.digest
  ORDER BY v.version DESC LIMIT 1) AS version_id FROM dataset_check_reports r`;

/** SQL of expectations; every function is one statement or a part of the caller's transaction. */
export function createExpectationRepository(database: Database) {
  return {
    projectOf: (dataset: DatasetId) =>
      database.prepare('SELECT project_id FROM datasets WHERE id = ?').get(dataset)!.project_id as ProjectId,
    /** In the order in which they were added. */
    list: (dataset: DatasetId): Expectation[] =>
      database
        .prepare('SELECT * FROM dataset_expectations WHERE dataset_id = ? ORDER BY id')
        .all(dataset)
        .map(toExpectation),
    insert(dataset: DatasetId, { id, severity, check }: Expectation): void {
      database
        .prepare(
          'INSERT INTO dataset_expectations (id, dataset_id, severity, definition) VALUES (?, ?, ?, ?)',
        )
        .run(id, dataset, severity, JSON.stringify(check));
    },
    setSeverity(id: ExpectationId, severity: Expectation['severity']): void {
      database.prepare('UPDATE dataset_expectations SET severity = ? WHERE id = ?').run(severity, id);
    },
    remove(id: ExpectationId): void {
      database.prepare('DELETE FROM dataset_expectations WHERE id = ?').run(id);
    },
    removeAll(dataset: DatasetId): void {
      database.prepare('DELETE FROM dataset_expectations WHERE dataset_id = ?').run(dataset);
    },
    keepReport(dataset: DatasetId, report: CheckReport): void {
      database
        .prepare(
          `INSERT OR REPLACE INTO dataset_check_reports (dataset_id, digest, occasion, at, revision, rows, blocked, outcomes)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          dataset,
          report.digest,
          report.trigger,
          report.at,
          report.revision,
          report.rows,
          Number(report.blocked),
          JSON.stringify(report.outcomes),
        );
    },
    /** Newest first. */
    reports: (dataset: DatasetId, digest: Digest): CheckReport[] =>
      database
        .prepare(`${REPORT} WHERE r.dataset_id = ? AND r.digest = ? ORDER BY r.at DESC`)
        .all(dataset, digest)
        .map(toReport),
    rejections: (dataset: DatasetId, limit: number): CheckReport[] =>
      database
        .prepare(
          `SELECT * FROM (${REPORT} WHERE r.dataset_id = ? AND r.occasion = 'import' AND r.blocked = 1)
           WHERE version_id IS NULL ORDER BY at DESC LIMIT ?`,
        )
        .all(dataset, limit)
        .map(toReport),
  };
}

function toExpectation(row: SqlRow): Expectation {
  return {
    id: row.id as ExpectationId,
    severity: row.severity as Expectation['severity'],
    check: JSON.parse(String(row.definition)),
  };
}

function toReport(row: SqlRow): CheckReport {
  const outcomes: CheckReport['outcomes'] = JSON.parse(String(row.outcomes));
  return {
    digest: row.digest as Digest,
    versionId: row.version_id as DatasetVersionId | null,
    trigger: row.occasion as CheckTrigger,
    at: Number(row.at),
    revision: String(row.revision),
    rows: row.rows === null ? null : Number(row.rows),
    outcomes,
    blocked: Boolean(row.blocked),
    failed: outcomes.filter(({ state }) => state !== 'passed').length,
  };
}
