import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { atOnce, unlimited } from '../../contract/execution.ts';
import { objectName, type RunId, runId } from '../../contract/ids.ts';
import { epochMs, parameterValue } from '../../contract/wire.ts';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import type { MetricStore } from '../../storage/metric-store.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { readExit } from './run-end.ts';
import { ingestJournals } from './run-ingest.ts';
import type { RunInsert, RunRepository } from './runs.repository.ts';

/** `run.json`, which the SDK writes beside the journal where there is no Lathe. */
const description = z.object({
  version: z.literal(1),
  id: runId,
  name: z.string().trim().min(1).max(200),
  experiment: objectName.catch('imported'),
  createdAt: epochMs,
  params: z.record(z.string(), parameterValue).default({}),
});

export type ImportedRun = Omit<RunInsert, 'projectId' | 'experimentId' | 'color'> & {
  readonly experiment: string;
};

/** What a run's folder is made of; anything else in a folder from elsewhere stays there. */
const parts = ['journal', 'outputs', 'checkpoint', 'stdout.log', 'stderr.log', 'exit.json', 'params.json'];

/**
 * Take over the folder of a run that was made elsewhere. The run keeps its id, so that the same folder taken again adds only what
 * is new in it; a run that has not ended yet is taken as far as it is and shown as lost until more comes.
 *
 * @param insert called in a transaction where the run is new
 * @throws AppError PATH_NOT_FOUND, DATA_MALFORMED if it is no such folder, CONFLICT if a run of this workspace has the id and was not imported
 */
export async function importRunFolder(
  core: Core,
  store: { readonly repository: RunRepository; readonly metrics: MetricStore; readonly objects: ObjectStore },
  source: string,
  insert: (run: ImportedRun) => void,
): Promise<RunId> {
  if (!path.isAbsolute(source)) {
    throw new AppError('INVALID_INPUT', `"${source}" is not an absolute path.`, {
      details: { path: source },
    });
  }
  const run = await readDescription(source);
  const { repository } = store;
  const known = repository.byIds([run.id])[0];
  if (known && known.target !== 'imported') {
    throw new AppError(
      'CONFLICT',
      `The run ${known.name} of this workspace has the id of the folder ${source}.`,
      {
        nextStep: 'It is here already.',
        details: { run: run.id },
      },
    );
  }
  const folder = core.folders.run(run.id);
  await copyParts(source, folder);
  if (!known) {
    core.database.transaction(() =>
      insert({
        id: run.id,
        name: run.name,
        experiment: run.experiment,
        template: 'imported',
        target: 'imported',
        params: run.params,
        tags: {},
        inputs: [],
        environment: {},
        parentRunId: null,
        reproducesRunId: null,
        preflight: false,
        recipe: null,
        code: null,
        resources: unlimited,
        scheduling: atOnce,
        checks: [],
        createdAt: run.createdAt,
      }),
    );
  }
  await ingestJournals(core, store, run.id, () => undefined);
  const exit = await readExit(folder, core.log);
  repository.change(run.id, {
    status: exit?.state ?? 'lost',
    startedAt: run.createdAt,
    endedAt: exit?.at ?? core.clock.now(),
    failure: exit?.failure
      ? {
          code: exit.failure.code,
          message: exit.failure.message,
          data: { nextStep: exit.failure.nextStep, details: exit.failure.details },
        }
      : null,
  });
  return run.id;
}

async function readDescription(source: string): Promise<z.infer<typeof description>> {
  const file = path.join(source, 'run.json');
  const text = await fs.promises.readFile(file, 'utf8').catch((error: unknown) => {
    throw fromSystemError(error, file);
  });
  try {
    return description.parse(JSON.parse(text));
  } catch (error) {
    throw new AppError('DATA_MALFORMED', `${file} does not describe a run.`, {
      nextStep: 'Name a folder that the Lathe SDK wrote, for example lathe-runs/<id>.',
      details: { path: file },
      cause: error,
    });
  }
}

/** Regular files and folders only: a link could lead anywhere. */
async function copyParts(source: string, folder: string): Promise<void> {
  try {
    await fs.promises.mkdir(folder, { recursive: true, mode: 0o700 });
    for (const name of parts) {
      const from = path.join(source, name);
      if (!fs.existsSync(from)) continue;
      await fs.promises.cp(from, path.join(folder, name), {
        recursive: true,
        force: true,
        filter: async (each) => {
          const stat = await fs.promises.lstat(each);
          return stat.isDirectory() || stat.isFile();
        },
      });
    }
  } catch (error) {
    throw fromSystemError(error, source);
  }
}
