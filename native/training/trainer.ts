import type { TrainSpec } from '../../app/kernel/ports/training.ts';
import { fillBatch } from './batches.ts';
import { type Position, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { Journal } from './journal.ts';
import type { Network } from './network.ts';
import { countParameters, initialise } from './network.ts';
import type { Part, Prepared } from './prepare.ts';
import { Random } from './random.ts';
import { RunSession } from './run-session.ts';
import { classificationScores, regressionScores, type Scores } from './scores.ts';
import { impossible } from './target.ts';

/** About how many `train_loss` points a run records, however long it is. */
const LOSS_POINTS = 400;
const CHECKPOINT_MS = 2000;
/** How often training pauses so that a signal to stop is heard: `run` blocks the thread. */
const BREATH_MS = 20;
const PRINT_EPOCHS = 10;

export interface Trained {
  readonly network: Network;
  /** The best weights by validation loss; the last where there is no validation part. */
  readonly weights: Float32Array;
  readonly metrics: Scores;
  /** The last layer's sums for the test rows, to check the exported model against. */
  readonly testSums: Float32Array;
}

/**
 * Train to the end, to an early stop, or until `signal` aborts (then null, after a checkpoint).
 *
 * @throws AppError TRAINING_IMPOSSIBLE when the loss is no longer a number
 */
export async function train(
  spec: TrainSpec,
  prepared: Prepared,
  runFolder: string,
  journal: Journal,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Trained | null> {
  const { params } = spec;
  const { target } = prepared;
  const outputs = target.task === 'classification' ? target.labels.length : 1;
  const network: Network = {
    sizes: [prepared.plan.width, ...(spec.template === 'mlp' ? params.hidden : []), outputs],
    activation: params.activation,
  };
  const batchSize = Math.min(params.batch_size, prepared.train.rows);
  const session = await RunSession.create(
    network,
    target.task === 'classification' ? 'cross-entropy' : 'squared-error',
    batchSize,
    params,
    spec.threads,
  );
  const { optimizer } = session;
  const count = countParameters(network);
  say(
    `network ${network.sizes.join(' → ')}, ${count.toLocaleString('en')} parameters, ${params.optimizer}, ${spec.threads} ${spec.threads === 1 ? 'thread' : 'threads'}`,
  );

  const random = new Random(params.seed);
  const best = new Float32Array(count);
  const batches = Math.ceil(prepared.train.rows / batchSize);
  const steps = batches * params.epochs;
  const lossEvery = Math.max(1, Math.ceil(steps / LOSS_POINTS));
  let at: Position = {
    version: 1,
    epoch: 0,
    batch: 0,
    step: 0,
    updates: 0,
    random: [...random.state],
    lossSum: 0,
    lossCount: 0,
    bestLoss: null,
    bestEpoch: 0,
  };

  const saved = spec.resume ? await readCheckpoint(runFolder, count) : null;
  if (saved) {
    at = saved.position;
    random.state = at.random;
    optimizer.weights.set(saved.weights);
    optimizer.first.set(saved.first);
    optimizer.second.set(saved.second);
    optimizer.updates = at.updates;
    best.set(saved.best);
    say(`resumed at step ${at.step}, epoch ${at.epoch + 1}`);
  } else initialise(network, optimizer.weights, params.seed);

  async function checkpoint(): Promise<void> {
    const { weights, first, second } = optimizer;
    // The journal first: what the checkpoint counts as told must be on the disk before it.
    journal.sync();
    await writeCheckpoint(runFolder, {
      position: { ...at, updates: optimizer.updates },
      weights,
      first,
      second,
      best,
    });
    journal.append({ type: 'checkpoint', step: at.step });
    journal.sync();
    checkpointAt = performance.now();
  }

  async function judge(part: Part, sums?: Float32Array) {
    const values = sums ?? (await session.sums(part.matrix));
    return target.task === 'classification'
      ? classificationScores(values, part.classes, outputs)
      : regressionScores(values, part.values, prepared.targetMean, prepared.targetStd);
  }

  let checkpointAt = performance.now();
  let breathAt = performance.now();
  const startedAt = performance.now();
  const startedStep = at.step;
  let stopped =
    params.patience > 0 &&
    prepared.validation.rows > 0 &&
    at.epoch - at.bestEpoch >= params.patience &&
    at.bestLoss !== null;

  while (at.epoch < params.epochs && !stopped) {
    const order = Uint32Array.from({ length: prepared.train.rows }, (_, row) => row);
    random.shuffle(order);
    while (at.batch < batches) {
      if (performance.now() - breathAt > BREATH_MS) {
        await new Promise(setImmediate);
        breathAt = performance.now();
      }
      if (signal.aborted) {
        await checkpoint();
        await session.release();
        return null;
      }
      fillBatch(session, prepared, prepared.train, order, at.batch * batchSize, batchSize);
      const loss = await session.step();
      at = {
        ...at,
        batch: at.batch + 1,
        step: at.step + 1,
        lossSum: at.lossSum + loss,
        lossCount: at.lossCount + 1,
      };
      if (!Number.isFinite(loss)) {
        throw impossible(
          `The loss was ${loss} at step ${at.step}: training ran away.`,
          `Make learning_rate smaller than ${params.learning_rate}, for example ${params.learning_rate / 10}.`,
        );
      }
      if (at.lossCount >= lossEvery || at.step === steps) {
        journal.metrics(at.step, { train_loss: at.lossSum / at.lossCount });
        at = { ...at, lossSum: 0, lossCount: 0 };
      }
      tellProgress();
    }
    at = { ...at, epoch: at.epoch + 1, batch: 0, random: [...random.state] };
    await endEpoch();
    if (performance.now() - checkpointAt > CHECKPOINT_MS) await checkpoint();
  }

  if (prepared.validation.rows > 0) optimizer.weights.set(best);
  const testSums = await session.sums(prepared.test.matrix);
  const metrics = prepared.test.rows > 0 ? prefixed('test', await judge(prepared.test, testSums)) : {};
  if (prepared.test.rows === 0)
    say('no rows were held out for testing (test_fraction is 0), so there is no test metric');
  else journal.metrics(at.step, metrics);
  journal.progress({ fraction: 1, message: `${at.epoch} epochs`, rate: null, remainingMs: 0 }, true);
  const weights = Float32Array.from(optimizer.weights);
  await session.release();
  return { network, weights, metrics, testSums };

  async function endEpoch(): Promise<void> {
    if (prepared.validation.rows > 0) {
      const scores = await judge(prepared.validation);
      journal.metrics(at.step, prefixed('val', scores));
      if (at.bestLoss === null || scores.loss < at.bestLoss) {
        at = { ...at, bestLoss: scores.loss, bestEpoch: at.epoch };
        best.set(optimizer.weights);
      }
      if (at.epoch % PRINT_EPOCHS === 0 || at.epoch === 1)
        say(`epoch ${at.epoch}: ${words(prefixed('val', scores))}`);
      if (params.patience > 0 && at.epoch - at.bestEpoch >= params.patience) {
        say(
          `stopped early at epoch ${at.epoch}: the validation loss was lowest at epoch ${at.bestEpoch}, whose weights are kept`,
        );
        stopped = true;
      }
    } else if (at.epoch % PRINT_EPOCHS === 0) say(`epoch ${at.epoch}`);
  }

  function tellProgress(): void {
    const perSecond = ((at.step - startedStep) / (performance.now() - startedAt)) * 1000;
    journal.progress({
      fraction: at.step / steps,
      message: `epoch ${Math.min(at.epoch + 1, params.epochs)} of ${params.epochs}`,
      rate: `${Math.round(perSecond)} steps/s`,
      remainingMs: Math.round(((steps - at.step) / perSecond) * 1000),
    });
  }
}

function prefixed(prefix: string, scores: Scores): Scores {
  return Object.fromEntries(Object.entries(scores).map(([key, value]) => [`${prefix}_${key}`, value]));
}

export const words = (scores: Scores): string =>
  Object.entries(scores)
    .map(([key, value]) => `${key} ${value.toFixed(4)}`)
    .join(', ');
