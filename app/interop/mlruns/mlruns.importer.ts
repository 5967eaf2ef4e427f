import path from 'node:path';
import type { ImportedRun, RunImporter } from '../../kernel/ports/run-transfer.ts';
import { statOf } from '../source-files.ts';
import { folderModels } from './folder-registry.ts';
import {
  isMlflowDatabase,
  mlflowDatabase,
  mlflowDatabaseModels,
  type OpenDatabase,
} from './mlflow-database.ts';
import { isMlrunsFolder, mlrunsFolder } from './mlruns-folder.ts';

/** MLflow's own stores, without MLflow: `mlruns` folders and SQLite databases. */
export function createMlrunsImporter(open: OpenDatabase): RunImporter {
  /** The database that a source is or that lies in it, as `mlflow server` names it. */
  async function databaseOf(source: string): Promise<string | null> {
    if ((await statOf(source))?.isFile()) return (await isMlflowDatabase(source, open)) ? source : null;
    const beside = path.join(source, 'mlflow.db');
    const there = (await statOf(beside))?.isFile() === true;
    return there && (await isMlflowDatabase(beside, open)) ? beside : null;
  }

  return {
    format: 'mlflow',
    title: 'MLflow (mlruns folder or SQLite database)',
    async recognises(source) {
      if ((await databaseOf(source)) !== null) return true;
      return (await statOf(source))?.isDirectory() === true && (await isMlrunsFolder(source));
    },
    async scan(source, signal) {
      const runs: ImportedRun[] = [];
      const database = (await statOf(source))?.isFile() ? source : await databaseOf(source);
      if (database !== null) runs.push(...(await mlflowDatabase(database, open)));
      if (database !== source) for await (const run of mlrunsFolder(source, signal)) runs.push(run);
      return runs;
    },
    async models(source, signal) {
      const database = await databaseOf(source);
      const models = database === null ? [] : await mlflowDatabaseModels(database, open);
      if (database !== source) models.push(...(await folderModels(source, signal)));
      return models;
    },
  };
}
