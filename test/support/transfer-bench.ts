import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Job } from '../../app/contract/jobs.contract.ts';
import type { MetricPoint, RunDetail } from '../../app/contract/runs.contract.ts';
import type { ExportedRuns, TransferredRuns } from '../../app/contract/transfer.contract.ts';
import { createModels, type Models } from '../../app/domains/models/index.ts';
import { createProjects } from '../../app/domains/projects/index.ts';
import { createRuns, createTransfer, type Runs, type Transfer } from '../../app/domains/runs/index.ts';
import { createRunFormats } from '../../app/interop/run-formats.ts';
import type { Core } from '../../app/kernel/core.ts';
import { createObjectStore } from '../../app/storage/object-store.ts';
import { createHashing } from '../../native/hashing/blake3.ts';
import { openDatabase } from '../../native/sqlite/open-database.ts';
import { openReadOnlyDatabase } from '../../native/sqlite/read-only-database.ts';
import { openSession, rowsOf, text } from '../../native/tables/duckdb-session.ts';
import { writeParquet } from '../../native/tables/write-parquet.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';
import { testCore } from './test-core.ts';

/** A workspace of a test's own that runs can be imported into and exported from. */
export class TransferBench {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-transfer-'));
  readonly clock: FakeClock;
  readonly core: Core;
  readonly runs: Runs;
  readonly models: Models;
  transfer: Transfer;

  constructor(clock = fakeClock()) {
    this.clock = clock;
    this.core = testCore(path.join(this.folder, 'workspace'), clock);
    const nobody = () => {
      throw new Error('no data');
    };
    this.runs = createRuns(this.core, {
      projects: createProjects(this.core),
      objects: createObjectStore(this.core.folders, createHashing()),
      datasets: { versionById: nobody, checkout: nobody, checkoutPath: nobody },
      splits: { folder: nobody },
      target: nobody,
      telemetry: { host: () => new Promise(() => {}), gpus: async () => [], close() {} },
      energyPrice: () => ({ perKilowattHour: null, currency: 'EUR' }),
      slots: () => 1,
    });
    this.models = createModels(this.core, {
      objects: createObjectStore(this.core.folders, createHashing()),
      inspector: { inspect: nobody },
      projects: createProjects(this.core),
      uploads: { path: nobody },
      sources: this.runs,
      folder: this.runs.modelFolder,
    });
    this.transfer = this.#createTransfer();
  }

  #createTransfer(): Transfer {
    return createTransfer(this.core, {
      projects: createProjects(this.core),
      runs: this.runs,
      registry: this.models.registry,
      ...createRunFormats({ openDatabase: openReadOnlyDatabase, writeParquet }),
    });
  }

  /** As after the host died and came back. */
  restart(): void {
    this.transfer = this.#createTransfer();
  }

  /** A folder or file of the test's own outside the workspace. */
  place(name: string): string {
    return path.join(this.folder, name);
  }

  async import(
    source: string,
    options: Partial<Parameters<Transfer['import']>[0]> = {},
  ): Promise<TransferredRuns> {
    const job = await this.transfer.import({ path: source, format: 'auto', follow: false, ...options });
    return resultOf(await this.core.jobs.ended(job.id)) as TransferredRuns;
  }

  async export(
    runs: readonly string[],
    format: Parameters<Transfer['export']>[0]['format'],
    to: string,
  ): Promise<ExportedRuns> {
    const job = await this.transfer.export({ runs, format, path: to });
    return resultOf(await this.core.jobs.ended(job.id)) as ExportedRuns;
  }

  /** The only run of this name. */
  run(name: string): RunDetail {
    return this.runs.get(undefined, name);
  }

  /** Every run's name with what it holds, to compare before and after. */
  contents(): Record<
    string,
    { points: MetricPoint[]; artifacts: Record<string, string>; params: RunDetail['params'] }
  > {
    const { runs } = this.runs.list({ orderBy: 'name', descending: false, limit: 1000, offset: 0 });
    return Object.fromEntries(
      runs.map(({ id, name, params }) => [
        name,
        {
          points: this.points(id),
          artifacts: Object.fromEntries(
            this.runs.detail(id).artifacts.map((each) => [each.path, each.digest as string]),
          ),
          params,
        },
      ]),
    );
  }

  points(id: RunDetail['id'], key?: string): MetricPoint[] {
    return this.runs.points(id, key, 100_000, 0).points;
  }

  /** What data a run read, by name and digest. */
  datasets(id: RunDetail['id']): [string, string][] {
    const datasets = this.runs.tracking.runs.get(id)!.datasets;
    return datasets.map(({ name, digest }): [string, string] => [name, digest]).sort();
  }

  /** What an artifact holds. */
  async bytes(run: string, name: string): Promise<Buffer> {
    const artifact = this.run(run).artifacts.find((each) => each.path === name);
    if (!artifact) throw new Error(`${run} has no artifact ${name}`);
    return Buffer.from(await this.runs.artifactBytes(artifact.id, 0, artifact.sizeBytes));
  }

  /** Change a SQLite file of somebody else's, as the tool that owns it would. */
  rewrite(file: string, statements: readonly string[]): void {
    const database = openDatabase(file);
    for (const statement of statements) database.exec(statement);
    database.close();
  }

  /** Columns of a Parquet file, row by row. */
  async parquet(file: string, columns: string): Promise<unknown[][]> {
    const session = await openSession({ files: [file] });
    try {
      return await rowsOf(session.connection, `SELECT ${columns} FROM read_parquet(${text(file)})`);
    } finally {
      session.close();
    }
  }

  async close(): Promise<void> {
    await this.core.jobs.close();
    await this.runs.close();
    this.core.database.close();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

function resultOf(job: Job): unknown {
  if (job.state === 'finished') return job.result;
  const { failure } = job;
  throw Object.assign(new Error(failure?.message ?? job.state), { code: failure?.code ?? job.state });
}
