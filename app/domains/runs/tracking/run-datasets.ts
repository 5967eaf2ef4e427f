import type { RunId } from '../../../contract/ids.ts';
import type { Core } from '../../../kernel/core.ts';
import { newId } from '../../../kernel/new-id.ts';
import type { ClientDataset } from '../../../kernel/ports/tracking.ts';

/**
 * Note data that a run read, unless the run is known to have read it, by name and digest; in a transaction.
 *
 * @returns how many of them are news
 */
export function addDatasets(
  { database, clock }: Pick<Core, 'database' | 'clock'>,
  run: RunId,
  datasets: readonly ClientDataset[],
): number {
  if (datasets.length === 0) return 0;
  const experiment = database.prepare('SELECT experiment_id FROM runs WHERE id = ?').get(run)!.experiment_id!;
  let added = 0;
  for (const { name, digest, tags, ...about } of datasets) {
    database
      .prepare(
        `INSERT INTO client_datasets (id, experiment_id, name, digest, source_type, source, schema, profile)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      )
      .run(
        newId(clock.now()),
        experiment,
        name,
        digest,
        about.sourceType,
        about.source,
        about.schema,
        about.profile,
      );
    const linked = database
      .prepare(
        `INSERT INTO run_client_datasets (run_id, dataset_id, tags)
         SELECT ?, id, ? FROM client_datasets WHERE experiment_id = ? AND name = ? AND digest = ? ON CONFLICT DO NOTHING`,
      )
      .run(run, JSON.stringify(tags), experiment, name, digest);
    added += Number(linked.changes);
  }
  return added;
}
