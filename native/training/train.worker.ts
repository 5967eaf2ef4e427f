import fs from 'node:fs';
import path from 'node:path';
import { errorTable } from '../../app/contract/errors.ts';
import { AppError, fromSystemError } from '../../app/kernel/app-error.ts';
import { writeFileDurably } from '../../app/kernel/durable-file.ts';
import type { ExitSentinel } from '../../app/kernel/ports/run-journal.ts';
import { trainSpec } from '../../app/kernel/ports/training.ts';
import { claimRunFolder } from './claim.ts';
import { exportModel } from './export-model.ts';
import { Journal } from './journal.ts';
import { prepare } from './prepare.ts';
import { train, words } from './trainer.ts';
import { verifyExport } from './verify-export.ts';

/** How often the folder is looked at for the file `cancel`, the way to stop where there are no signals. */
const CANCEL_LOOK_MS = 500;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** One run, from its spec to its exit sentinel. The process does nothing else. */
async function main(runFolder: string): Promise<void> {
  claimRunFolder(runFolder);
  const abort = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => abort.abort());
  const looking = setInterval(() => {
    if (fs.existsSync(path.join(runFolder, 'cancel'))) abort.abort();
  }, CANCEL_LOOK_MS);
  let exit: Omit<ExitSentinel, 'at'>;
  try {
    exit = { state: (await work(runFolder, abort.signal)) ? 'finished' : 'cancelled', failure: null };
  } catch (error) {
    exit = { state: 'failed', failure: toFailure(error, runFolder) };
  }
  clearInterval(looking);
  await writeFileDurably(path.join(runFolder, 'exit.json'), JSON.stringify({ ...exit, at: Date.now() }));
  // Sessions and DuckDB leave threads behind that would keep the process.
  process.exit(exit.state === 'failed' ? 1 : 0);
}

async function work(runFolder: string, signal: AbortSignal): Promise<boolean> {
  const spec = trainSpec.parse(
    JSON.parse(await fs.promises.readFile(path.join(runFolder, 'spec.json'), 'utf8')),
  );
  const journal = new Journal(runFolder, 'native');
  try {
    const { provenance, params } = spec;
    say(
      `${spec.template} on ${provenance.dataset} v${provenance.datasetVersion}, target ${params.target}, seed ${params.seed}`,
    );
    const prepared = await prepare(spec);
    const { split, target, plan } = prepared;
    if (prepared.rowsWithoutTarget > 0)
      say(`${prepared.rowsWithoutTarget} rows have no target and are left out`);
    for (const { column, reason } of plan.left) say(`column "${column}" is left out: ${reason}`);
    say(
      `${target.task}${target.task === 'classification' ? `, ${target.labels.length} classes` : ''}; ${plan.features.length} columns become ${plan.width} features`,
    );
    say(
      `${split.train.length} rows to train on, ${split.validation.length} to validate, ${split.test.length} held out`,
    );
    const outputs = path.join(runFolder, 'outputs');
    await fs.promises.mkdir(outputs, { recursive: true });
    await writeFileDurably(path.join(outputs, 'split.json'), JSON.stringify(split));
    journal.append({ type: 'artifact', path: 'split.json' });

    const trained = await train(spec, prepared, runFolder, journal, say, signal);
    if (!trained) {
      say('stopped; a checkpoint was written');
      return false;
    }
    const model = exportModel(spec, prepared, trained);
    await verifyExport(model, prepared, trained.testSums, spec.threads);
    await writeFileDurably(path.join(outputs, 'model.onnx'), model);
    journal.append({ type: 'artifact', path: 'model.onnx' });
    if (prepared.test.rows > 0) say(`held out: ${words(trained.metrics)}`);
    return true;
  } finally {
    journal.close();
  }
}

function toFailure(error: unknown, runFolder: string): ExitSentinel['failure'] {
  const known = fromSystemError(error, runFolder);
  if (known instanceof AppError) {
    process.stderr.write(`${known.message} ${known.nextStep}\n`);
    return { code: known.code, message: known.message, nextStep: known.nextStep, details: known.details };
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return {
    code: 'BUG',
    message: "The engine made a mistake; the run's stderr has the details.",
    nextStep: errorTable.BUG.nextStep,
    details: {},
  };
}

await main(path.resolve(process.argv[2]!));
