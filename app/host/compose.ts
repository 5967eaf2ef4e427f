import os from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Router } from '@orpc/server';
import { createFormats } from '../../native/formats/index.ts';
import { createModelInspector } from '../../native/inference/model-inspector.ts';
import { createMachine } from '../../native/machine/machine.ts';
import { createTelemetry } from '../../native/machine/telemetry.ts';
import { openReadOnlyDatabase } from '../../native/sqlite/read-only-database.ts';
import { createDataStore } from '../../native/store/data-store.ts';
import { createDataCheckEngine } from '../../native/tables/checks/check-engine.ts';
import { createTableInspector } from '../../native/tables/looking/table-inspector.ts';
import { createQueryEngine } from '../../native/tables/query/query-engine.ts';
import { createTables } from '../../native/tables/tables.ts';
import { writeParquet } from '../../native/tables/write-parquet.ts';
import type { Contract } from '../contract/index.ts';
import { createCredentials, credentialsRouter } from '../domains/credentials/index.ts';
import { createCroissant, croissantRouter } from '../domains/croissant/index.ts';
import {
  createDatasetKeeper,
  createDatasets,
  createExpectations,
  createLooking,
  createSpillFolders,
  createSplits,
  createUploads,
  createVersionSql,
  type Datasets,
  dataChecksRouter,
  datasetsRouter,
  dataTablesRouter,
  goodCopies,
} from '../domains/datasets/index.ts';
import { createLineage, lineageRouter } from '../domains/lineage/index.ts';
import { createModelKeeper, createModels, modelsRouter } from '../domains/models/index.ts';
import { createProjects, projectsRouter } from '../domains/projects/index.ts';
import {
  createRunKeeper,
  createRunSql,
  createRuns,
  createTransfer,
  createViews,
  type Runs,
  runSqlRouter,
  runsRouter,
  transferRouter,
  viewsRouter,
} from '../domains/runs/index.ts';
import { createSample, sampleRouter } from '../domains/sample/index.ts';
import { createServing, servingRouter } from '../domains/serving/index.ts';
import { createStorage, storageRouter } from '../domains/storage/index.ts';
import {
  createResourceWatch,
  createSettings,
  eventsRouter,
  jobsRouter,
  systemRouter,
} from '../domains/system/index.ts';
import { targetsRouter } from '../domains/targets/index.ts';
import { createTraining, trainingRouter } from '../domains/training/index.ts';
import { describeCroissant } from '../interop/croissant/describe-croissant.ts';
import { createRunFormats } from '../interop/run-formats.ts';
import { createDataSources } from '../interop/sources/index.ts';
import { Disposables } from '../kernel/disposables.ts';
import type { Desktop } from '../kernel/ports/desktop.ts';
import type { Keyring } from '../kernel/ports/keyring.ts';
import type { WorkerStarter } from '../kernel/ports/workers.ts';
import { schemaVersion } from '../storage/migrations/migrate.ts';
import { createObjectStore } from '../storage/object-store.ts';
import { createStoreGate } from '../storage/store-gate.ts';
import { derivedFiles } from './derived-files.ts';
import { openWorkspace } from './open-workspace.ts';
import { takePassphrase } from './take-passphrase.ts';
import { composeTargets } from './targets/compose-targets.ts';
import type { DataFiles } from './transports/data-file-route.ts';
import { connectMessagePort, type ServedPort } from './transports/message-port.ts';
import { userName } from './user-name.ts';
import { latheVersion, packageFolder, resourceFolder } from './version.ts';

export interface ComposeOptions {
  /** Folder of the workspace; made if it is not there. */
  readonly workspace: string;
  readonly host: 'electron' | 'node';
  readonly workers: WorkerStarter;
  readonly desktop: Desktop | null;
  /** Where the host reaches a system keyring. */
  readonly keyring?: Keyring;
  /** Bring back the endpoints that served when the last host closed. A short command does not. */
  readonly restoreEndpoints: boolean;
  /** Port of the inference server instead of the workspace's setting. */
  readonly inferencePort?: number;
}

/** The contract's router with everything behind it. Named, as what could be inferred is longer than the compiler writes. */
interface ServedRouter extends Router<Contract, Record<never, never>> {}

export type Application = Awaited<ReturnType<typeof compose>>;

/** Join the parts of the core: the only place where that is done, for every host alike. */
export async function compose(options: ComposeOptions) {
  const parts = new Disposables();
  try {
    const workspace = await openWorkspace(options.workspace, latheVersion);
    parts.add('workspace', workspace.close);
    const { core, hashing, workspaceId, token } = workspace;
    const startedAt = core.clock.now();
    let applicationUrl: string | null = null;

    const telemetry = createTelemetry();
    parts.add('telemetry', () => telemetry.close());
    const machine = createMachine(telemetry);
    const settings = createSettings(core);
    const objects = createObjectStore(core.folders, hashing);
    await objects.sweep();
    const tables = createTables();
    parts.add('tables', () => tables.close());

    const projects = createProjects(core);
    const uploads = createUploads(core);
    await uploads.sweep();
    const store = createDataStore({ folders: core.folders });
    parts.add('data store', () => store.close());
    const credentials = createCredentials(core, {
      keyring: options.keyring ?? null,
      passphrase: takePassphrase(),
    });
    const formats = createFormats({ tables });
    parts.add('formats', () => formats.close());
    const gate = createStoreGate();
    const datasets: Datasets = createDatasets(core, {
      store,
      gate,
      tables,
      projects,
      uploads,
      sources: createDataSources({
        workspace: core.folders.root,
        uploads,
        hashing,
        queries: formats.queries,
      }),
      formats: formats.formats,
      secret: (name) => credentials.secret(name),
      author: () => settings.get().author || userName(),
      beforePublish: (...publishing) => expectations.beforePublish(...publishing),
    });
    await datasets.checkouts.sweep();
    const inspector = createTableInspector();
    parts.add('table inspector', () => inspector.close());
    const lookingParts = { datasets, inspector, browser: tables, spills: createSpillFolders(core.folders) };
    const looking = createLooking(core, lookingParts);
    const versionSql = createVersionSql(core, { ...lookingParts, projects });
    const dataCheckEngine = createDataCheckEngine();
    parts.add('data checks', () => dataCheckEngine.close());
    const expectations = createExpectations(core, { engine: dataCheckEngine, datasets });
    const splits = createSplits(core, { engine: dataCheckEngine, datasets });
    const targets = composeTargets(core, {
      workers: options.workers,
      workspaceId,
      machine,
      datasets,
      active: () => runs.activeByTarget(),
    });
    parts.add('targets', () => targets.close());
    const runs: Runs = createRuns(core, {
      projects,
      datasets,
      splits,
      objects,
      target: (name) => targets.driver(name),
      telemetry,
      slots: () => settings.get().trainingSlots,
      energyPrice: () => {
        const { electricityPricePerKwh, currency } = settings.get();
        return { perKilowattHour: electricityPricePerKwh, currency };
      },
    });
    parts.add('runs', () => runs.close());
    const queryEngine = createQueryEngine();
    parts.add('SQL queries', () => queryEngine.close());
    const runSql = createRunSql(core, { projects, runs, engine: queryEngine });
    const training = createTraining({
      projects,
      datasets,
      expectations,
      splits,
      runs,
      targets,
      objects,
      telemetry,
      workspace: core.folders.root,
      runFolder: (id) => core.folders.run(id),
      templatesFolder: resourceFolder('templates'),
      log: core.log,
      describeMachine: () => machine.describe(),
      threads: () => Math.max(1, os.availableParallelism() - 1),
      latheVersion,
    });
    const models = createModels(core, {
      objects,
      inspector: createModelInspector(options.workers),
      projects,
      uploads,
      sources: runs,
      folder: runs.modelFolder,
    });
    const transfer = createTransfer(core, {
      projects,
      runs,
      registry: models.registry,
      ...createRunFormats({ openDatabase: openReadOnlyDatabase, writeParquet }),
    });
    const inferencePort = () => options.inferencePort ?? settings.get().inferencePort;
    const serving = createServing(core, {
      models,
      objects,
      starter: options.workers,
      projects,
      settings: () => ({ inferencePort: inferencePort() }),
      token: () => token,
      latheVersion,
    });
    parts.add('serving', () => serving.close());
    const sample = createSample(core, {
      datasets,
      runs,
      training,
      models,
      serving,
      digitsPath: fileURLToPath(new URL('resources/sample/digits/digits.csv', packageFolder())),
    });
    const resources = createResourceWatch(async () => {
      // The sample is made of other jobs, which count by themselves.
      const jobs = core.jobs.list({ active: true, limit: 500 }).filter(({ kind }) => kind !== 'sample');
      const count = (state: string) => jobs.filter((job) => job.state === state).length;
      return {
        ...(await machine.load(core.folders.root)),
        running: count('running'),
        queued: count('queued'),
      };
    }, core.log);
    parts.add('resource watch', () => resources.close());

    const storage = createStorage(core, {
      store,
      objects,
      gate,
      keepers: [createDatasetKeeper(core), createRunKeeper(core, objects), createModelKeeper(core.database)],
      derived: derivedFiles({
        folders: core.folders,
        checkouts: datasets.checkouts,
        busy: () => Object.values(runs.activeByTarget()).some((active) => active > 0),
      }),
      copies: (damaged) => goodCopies({ database: core.database, folders: core.folders, store }, damaged),
    });

    const router: ServedRouter = {
      system: systemRouter({
        info: () => ({
          version: latheVersion,
          workspace: core.folders.root,
          workspaceId,
          host: options.host,
          schemaVersion,
          startedAt,
          platform: `${process.platform} ${process.arch}`,
          nodeVersion: process.version,
          applicationUrl,
          inferenceUrl: serving.baseUrl(),
        }),
        machine,
        telemetry,
        workspace: core.folders.root,
        settings,
        checkTargets: async () => {
          const checks = await Promise.all(['process', 'docker'].map((name) => targets.driver(name).check()));
          const gpus = await telemetry.gpus().catch(() => []);
          // Where there is no GPU, nobody misses it in containers.
          return checks.flat().filter(({ id }) => id !== 'docker-gpus' || gpus.length > 0);
        },
        watchResources: (signal) => resources.watch(signal),
        desktop: options.desktop,
      }),
      projects: projectsRouter(projects),
      jobs: jobsRouter(core),
      events: eventsRouter(core),
      targets: targetsRouter(targets),
      datasets: datasetsRouter(datasets),
      dataTables: dataTablesRouter({ datasets, looking, sql: versionSql }),
      dataChecks: dataChecksRouter({ core, datasets, expectations, splits }),
      runs: runsRouter(runs),
      runSql: runSqlRouter(runSql),
      training: trainingRouter(training),
      transfer: transferRouter(transfer),
      views: viewsRouter(createViews(core, { projects })),
      models: modelsRouter(models),
      serving: servingRouter(serving),
      storage: storageRouter(storage),
      lineage: lineageRouter(createLineage(core, { datasets, runs, models, serving })),
      credentials: credentialsRouter(credentials),
      croissant: croissantRouter(createCroissant(core, { datasets, describe: describeCroissant }), datasets),
      sample: sampleRouter(sample),
    };

    // Released first: a job that is cancelled waits for the runs and workers that it uses, which must still be there.
    parts.add('jobs', () => core.jobs.close());
    parts.add('followed sources', () => transfer.close());

    await runs.recover();
    if (options.restoreEndpoints) {
      serving.restore();
      await transfer.resume();
    }

    return {
      core,
      router,
      token,
      workspaceId,
      uploads,
      dataFiles: {
        open: async ({ project, dataset, version, path }) =>
          datasets.openFile(datasets.resolve(project, dataset, version), path),
      } satisfies DataFiles,
      mlflow: { tracking: runs.tracking, registry: models.registry, within: projects.within },
      /** Whether work is in progress that people would not want to interrupt. */
      busy: () => runs.busy() || core.jobs.list({ active: true, limit: 1 }).length > 0,
      announce(url: string) {
        applicationUrl = url;
      },
      connectMessagePort: (port: ServedPort) => connectMessagePort(router, port, core.log),
      close: () => parts.dispose(),
    };
  } catch (error) {
    await parts.dispose();
    throw error;
  }
}
