import fs from 'node:fs';
import path from 'node:path';
import { errorTable } from '../../app/contract/errors.ts';
import { AppError, fromSystemError } from '../../app/kernel/app-error.ts';
import { writeFileDurably } from '../../app/kernel/durable-file.ts';
import type { ExitSentinel } from '../../app/kernel/ports/run-journal.ts';
import { type TrainSpec, trainSpec } from '../../app/kernel/ports/training.ts';
import { exportModel } from './export-model.ts';
import { Journal } from './journal.ts';
import { type Prepared, prepare } from './prepare.ts';
import { words } from './scores.ts';
import { splitText } from './split.ts';
import { train } from './trainer.ts';
import { verifyExport } from './verify-export.ts';

export interface Talk {
  /** A line of stdout. */
  readonly say: (line: string) => void;
  /** A line of stderr. */
  readonly complain: (line: string) => void;
}

/**
 * Do what `<run folder>/spec.json` says, and write `exit.json` as the last thing, however it went.
 *
 * @param signal aborts to stop after the current step, with a checkpoint
 */
export async function runTraining(runFolder: string, signal: AbortSignal, talk: Talk): Promise<ExitSentinel> {
  let end: Omit<ExitSentinel, 'at'>;
  try {
    end = { state: await work(runFolder, signal, talk.say), failure: null };
  } catch (error) {
    end = { state: 'failed', failure: toFailure(error, runFolder, talk.complain) };
  }
  const sentinel = { ...end, at: Date.now() };
  await writeFileDurably(path.join(runFolder, 'exit.json'), `${JSON.stringify(sentinel)}\n`);
  return sentinel;
}

async function work(
  runFolder: string,
  signal: AbortSignal,
  say: Talk['say'],
): Promise<'finished' | 'cancelled'> {
  const spec = trainSpec.parse(
    JSON.parse(await fs.promises.readFile(path.join(runFolder, 'spec.json'), 'utf8')),
  );
  const outputs = path.join(runFolder, 'outputs');
  await fs.promises.mkdir(outputs, { recursive: true });
  const journal = new Journal(runFolder, 'native');
  try {
    const prepared = await prepare(spec);
    introduce(spec, prepared, say);
    await writeFileDurably(path.join(outputs, 'split.json'), splitText(prepared.split));
    journal.append({ type: 'artifact', path: 'split.json' });
    const trained = await train(spec, prepared, { runFolder, journal, say, signal });
    if (!trained) {
      say('stopped; a checkpoint was written');
      return 'cancelled';
    }
    const model = exportModel(spec, prepared, trained);
    await verifyExport(model, prepared, trained.sampleSums, spec.threads);
    await writeFileDurably(path.join(outputs, 'model.onnx'), model);
    journal.append({ type: 'artifact', path: 'model.onnx' });
    say(
      prepared.split.test.length > 0
        ? `held out: ${words(trained.metrics)}`
        : `no rows were held out (${spec.split ? `the split ${spec.split.name} has no part "test"` : 'test_fraction is 0'}), so there is no test metric`,
    );
    return 'finished';
  } finally {
    journal.close();
  }
}

function introduce(
  { template, provenance, params, split: named }: TrainSpec,
  prepared: Prepared,
  say: Talk['say'],
): void {
  const { split, target, plan, rowsWithoutTarget } = prepared;
  say(
    `${template} on ${provenance.dataset} v${provenance.datasetVersion}, target ${params.target}, seed ${params.seed}`,
  );
  if (rowsWithoutTarget > 0) say(`${rowsWithoutTarget} rows have no target and are left out`);
  for (const { column, reason } of plan.left) say(`column "${column}" is left out: ${reason}`);
  const kind =
    target.task === 'classification' ? `classification, ${target.labels.length} classes` : 'regression';
  say(`${kind}; ${plan.numbers.length + plan.categories.length} columns become ${plan.width} features`);
  if (named) say(`the split is ${named.name}`);
  say(
    `${split.train.length} rows to train on, ${split.validation.length} to validate, ${split.test.length} held out`,
  );
  if (params.patience > 0 && split.validation.length === 0) {
    say('training does not end early: there are no rows to validate on');
  }
}

function toFailure(error: unknown, runFolder: string, complain: Talk['complain']): ExitSentinel['failure'] {
  const known = fromSystemError(error, runFolder);
  if (known instanceof AppError) {
    const { code, message, nextStep, details } = known;
    complain(`${message} ${nextStep}`);
    return { code, message, nextStep, details };
  }
  complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return {
    code: 'BUG',
    message: "The engine made a mistake; the run's stderr has the details.",
    nextStep: errorTable.BUG.nextStep,
    details: {},
  };
}
