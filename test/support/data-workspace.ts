import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ImportResult, ImportSource } from '../../app/contract/datasets.contract.ts';
import type { Job } from '../../app/contract/jobs.contract.ts';
import { createDatasets, createUploads, type Datasets } from '../../app/domains/datasets/index.ts';
import { createProjects, type Projects } from '../../app/domains/projects/index.ts';
import { createPathsSource } from '../../app/interop/sources/paths/paths.source.ts';
import { createUploadsSource } from '../../app/interop/sources/uploads/uploads.source.ts';
import { AppError } from '../../app/kernel/app-error.ts';
import type { Core } from '../../app/kernel/core.ts';
import type { DataSource } from '../../app/kernel/ports/data-source.ts';
import type { DataStore } from '../../app/kernel/ports/data-store.ts';
import { createStoreGate } from '../../app/storage/store-gate.ts';
import { createDataStore } from '../../native/store/data-store.ts';
import { createTableFormats } from '../../native/tables/table-format.ts';
import { createTables } from '../../native/tables/tables.ts';
import { memoryDataStore } from './memory-data-store.ts';
import { testCore } from './test-core.ts';

type Parts = Parameters<typeof createDatasets>[1];

/** Data sets in a workspace of the test's own: real SQLite, real tables, the given store, and files to import. */
export class DataWorkspace<Store extends DataStore> {
  readonly folder: string;
  readonly core: Core;
  readonly store: Store;
  readonly projects: Projects;
  readonly uploads: ReturnType<typeof createUploads>;
  readonly tables = createTables();
  datasets: Datasets;

  private constructor(openStore: (core: Core) => Store, changed: Partial<Parts>, root?: string) {
    this.folder =
      root === undefined ? fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-data-')) : path.dirname(root);
    this.core = testCore(root ?? path.join(this.folder, 'workspace'));
    this.store = openStore(this.core);
    this.projects = createProjects(this.core);
    this.uploads = createUploads(this.core);
    this.datasets = this.createDatasets(changed);
  }

  static inMemory(changed: Partial<Parts> = {}) {
    return new DataWorkspace(() => memoryDataStore(), changed);
  }

  /** With the store that the host uses. */
  static onDisk(changed: Partial<Parts> = {}) {
    return new DataWorkspace((core) => createDataStore({ folders: core.folders }), changed);
  }

  /** The same in a workspace that is there, for another process. */
  static at(root: string) {
    return new DataWorkspace((core) => createDataStore({ folders: core.folders }), {}, root);
  }

  /** As the host makes them, once more, as after a restart. */
  createDatasets(changed: Partial<Parts> = {}): Datasets {
    const { core, store, tables, projects, uploads } = this;
    return createDatasets(core, {
      store,
      tables,
      projects,
      uploads,
      sources: [
        createPathsSource({ workspace: core.folders.root }),
        createUploadsSource(uploads),
      ] as readonly DataSource[],
      formats: createTableFormats(tables),
      secret: async (name) => {
        throw new AppError('NOT_FOUND', `There is no secret "${name}".`);
      },
      author: () => 'ada',
      gate: createStoreGate(),
      ...changed,
    });
  }

  async close(): Promise<void> {
    await this.core.jobs.close();
    await this.tables.close();
    await this.store.close();
    this.core.database.close();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  /** Write a file outside of the workspace. @returns its path */
  file(name: string, content: string | Uint8Array): string {
    const filePath = path.join(this.folder, name);
    fs.mkdirSync(path.dirname(filePath), { recursive: true });
    fs.writeFileSync(filePath, content);
    return filePath;
  }

  path(name: string): string {
    return path.join(this.folder, name);
  }

  /** The job of an import as it ended. */
  async end(name: string, source: ImportSource, wish: object = {}): Promise<Job> {
    return this.core.jobs.ended((await this.datasets.import({ name, source, ...wish })).id);
  }

  async load(name: string, ...paths: string[]): Promise<ImportResult> {
    return this.loadWith(name, {}, ...paths);
  }

  async loadWith(name: string, wish: object, ...paths: string[]): Promise<ImportResult> {
    const job = await this.end(name, { kind: 'paths', paths }, wish);
    assert.equal(job.failure, null, job.failure?.message);
    return job.result as ImportResult;
  }

  async failureOf(name: string, ...paths: string[]): Promise<NonNullable<Job['failure']>> {
    const job = await this.end(name, { kind: 'paths', paths });
    assert.equal(job.state, 'failed');
    return job.failure!;
  }

  /** The events of data sets, newest first. */
  kinds(): string[] {
    return this.core.events
      .list({ limit: 100 })
      .map((event) => event.kind)
      .filter((kind) => kind.startsWith('dataset.'));
  }
}
