import type { TrainSpec } from '../../app/kernel/ports/training.ts';
import { fillBatch } from './batches.ts';
import { type Position, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { Journal } from './journal.ts';
import { isRecorded } from './metric-schedule.ts';
import { countParameters, initialise, type Network } from './network.ts';
import type { Prepared } from './prepare.ts';
import { Random } from './random.ts';
import { RunSession } from './run-session.ts';
import { prefixed, type Scores, scoresOf, words } from './scores.ts';
import { impossible } from './target.ts';

const CHECKPOINT_MS = 2000;
/** Writing checkpoints may take at most a twentieth of the time. */
const CHECKPOINT_SHARE = 20;
/** What fits one WebAssembly memory with gradients and moments: 2 GiB. */
const MOST_PARAMETERS = 2 ** 27;
/** 1 GiB of float32. */
const MOST_BATCH_CELLS = 2 ** 28;
/** About how many epochs are printed. */
const PRINTED_EPOCHS = 20;

export interface Trained {
  readonly network: Network;
  /** The best weights by validation loss; the last where there is no validation part. */
  readonly weights: Float32Array;
  /** `test_…`; none where no rows are held out. */
  readonly metrics: Scores;
  /** The last layer's sums for the rows of the sample, to check the exported model against. */
  readonly sampleSums: Float32Array;
}

export interface TrainingHost {
  readonly runFolder: string;
  readonly journal: Journal;
  readonly say: (line: string) => void;
  /** Aborts to stop after the current step. */
  readonly signal: AbortSignal;
}

/**
 * Train to the end, to an early stop, or until the signal aborts (then null, after a checkpoint).
 *
 * @throws AppError TRAINING_IMPOSSIBLE when the loss is no longer a number
 */
export async function train(
  spec: TrainSpec,
  prepared: Prepared,
  host: TrainingHost,
): Promise<Trained | null> {
  const { params } = spec;
  const { target } = prepared;
  const isClassification = target.task === 'classification';
  const network: Network = {
    sizes: [
      prepared.plan.width,
      ...(spec.template === 'mlp' ? params.hidden : []),
      isClassification ? target.labels.length : 1,
    ],
    activation: params.activation,
  };
  const batchSize = Math.min(params.batch_size, prepared.split.train.length);
  checkSize(network, batchSize);
  const loss = isClassification ? 'cross-entropy' : 'squared-error';
  const session = await RunSession.create(network, loss, batchSize, params, spec.threads);
  try {
    host.say(
      `network ${network.sizes.join(' → ')}, ${countParameters(network).toLocaleString('en')} parameters, ` +
        `${params.optimizer}, CPU with ${spec.threads} ${spec.threads === 1 ? 'thread' : 'threads'}`,
    );
    const trainer = new Trainer(spec, prepared, host, network, session);
    await trainer.begin();
    return (await trainer.run()) ? await trainer.finish() : null;
  } finally {
    await session.release();
  }
}

/** @throws AppError TRAINING_IMPOSSIBLE for what would not fit the memory of this engine */
function checkSize(network: Network, batchSize: number): void {
  const parameters = countParameters(network);
  if (parameters > MOST_PARAMETERS) {
    throw impossible(
      `The network ${network.sizes.join(' → ')} has ${parameters.toLocaleString('en')} parameters; this engine trains at most ${MOST_PARAMETERS.toLocaleString('en')}.`,
      'Make hidden smaller, or leave out columns with many categories.',
    );
  }
  const cells = batchSize * Math.max(...network.sizes);
  if (cells > MOST_BATCH_CELLS) {
    throw impossible(
      `A batch of ${batchSize.toLocaleString('en')} rows needs ${cells.toLocaleString('en')} numbers for one layer; this engine takes at most ${MOST_BATCH_CELLS.toLocaleString('en')}.`,
      `Make batch_size ${Math.floor((batchSize * MOST_BATCH_CELLS) / cells).toLocaleString('en')} or less.`,
    );
  }
}

class Trainer {
  readonly #spec: TrainSpec;
  readonly #prepared: Prepared;
  readonly #host: TrainingHost;
  readonly #network: Network;
  readonly #session: RunSession;
  readonly #random: Random;
  readonly #best: Float32Array;
  /** Steps in an epoch, and in the whole run if it does not end early. */
  readonly #batches: number;
  readonly #steps: number;
  #at: Position;
  #startedAt = performance.now();
  #startedStep = 0;
  #checkpointAt = performance.now();
  #checkpointEveryMs = CHECKPOINT_MS;

  constructor(
    spec: TrainSpec,
    prepared: Prepared,
    host: TrainingHost,
    network: Network,
    session: RunSession,
  ) {
    this.#spec = spec;
    this.#prepared = prepared;
    this.#host = host;
    this.#network = network;
    this.#session = session;
    this.#random = new Random(spec.params.seed);
    this.#best = new Float32Array(countParameters(network));
    this.#batches = Math.ceil(prepared.split.train.length / session.batchSize);
    this.#steps = this.#batches * spec.params.epochs;
    this.#at = {
      version: 1,
      epoch: 0,
      batch: 0,
      step: 0,
      updates: 0,
      random: [...this.#random.state],
      lossSum: 0,
      lossCount: 0,
      bestLoss: null,
      bestEpoch: 0,
    };
  }

  /** Set the weights: those of the checkpoint if the run is resumed and has one, else fresh ones. */
  async begin(): Promise<void> {
    const { optimizer } = this.#session;
    const saved = this.#spec.resume ? await readCheckpoint(this.#host.runFolder, this.#best.length) : null;
    if (saved) {
      this.#at = saved.position;
      optimizer.weights.set(saved.weights);
      optimizer.first.set(saved.first);
      optimizer.second.set(saved.second);
      optimizer.updates = saved.position.updates;
      this.#best.set(saved.best);
      this.#host.say(`resumed at step ${saved.position.step}, epoch ${saved.position.epoch + 1}`);
    } else initialise(this.#network, optimizer.weights, this.#spec.params.seed);
    this.#startedAt = performance.now();
    this.#startedStep = this.#at.step;
  }

  /** @returns whether training went to its end */
  async run(): Promise<boolean> {
    const order = Uint32Array.from(this.#prepared.split.train);
    while (this.#at.epoch < this.#spec.params.epochs && !this.#hasRunOut()) {
      // From the same order every time, so that the generator's state is all that a checkpoint needs of it.
      order.set(this.#prepared.split.train);
      this.#random.state = this.#at.random;
      this.#random.shuffle(order);
      while (this.#at.batch < this.#batches) {
        if (this.#host.signal.aborted) {
          await this.#checkpoint();
          return false;
        }
        await this.#step(order);
        if (performance.now() - this.#checkpointAt > this.#checkpointEveryMs) await this.#checkpoint();
      }
      this.#at = { ...this.#at, epoch: this.#at.epoch + 1, batch: 0, random: [...this.#random.state] };
      await this.#endEpoch();
    }
    return true;
  }

  /** Judge the best weights by the rows held out. */
  async finish(): Promise<Trained> {
    const { split, sample, features } = this.#prepared;
    const { weights } = this.#session.optimizer;
    if (split.validation.length > 0) weights.set(this.#best);
    const sampleSums = await this.#session.sums(features, sample.rows);
    // The last update comes after the last loss that was looked at.
    const lost = sampleSums.find((sum) => !Number.isFinite(sum));
    if (lost !== undefined) throw this.#ranAway('prediction', lost, this.#at.step);
    const metrics = split.test.length > 0 ? prefixed('test', await this.#judge(split.test)) : {};
    this.#host.journal.metrics(this.#at.step, metrics);
    const message = `${this.#at.epoch} of ${this.#spec.params.epochs} epochs`;
    this.#host.journal.progress(() => ({ fraction: 1, message, rate: null, remainingMs: 0 }), true);
    return {
      network: this.#network,
      weights: Float32Array.from(weights),
      metrics,
      sampleSums,
    };
  }

  async #step(order: Uint32Array): Promise<void> {
    const at = this.#at;
    fillBatch(this.#session, this.#prepared, order, at.batch * this.#session.batchSize);
    const loss = await this.#session.step();
    if (!Number.isFinite(loss)) throw this.#ranAway('loss', loss, at.step + 1);
    this.#at = {
      ...at,
      batch: at.batch + 1,
      step: at.step + 1,
      lossSum: at.lossSum + loss,
      lossCount: at.lossCount + 1,
    };
    if (isRecorded(this.#at.step) || this.#at.step === this.#steps) {
      this.#host.journal.metrics(this.#at.step, { train_loss: this.#at.lossSum / this.#at.lossCount });
      this.#at = { ...this.#at, lossSum: 0, lossCount: 0 };
    }
    this.#host.journal.progress(() => this.#progress());
  }

  async #endEpoch(): Promise<void> {
    const { epoch, step, bestLoss } = this.#at;
    const { epochs, patience } = this.#spec.params;
    const { split } = this.#prepared;
    const isPrinted = epoch === 1 || epoch % Math.ceil(epochs / PRINTED_EPOCHS) === 0;
    if (split.validation.length === 0) {
      this.#host.journal.metrics(step, { epoch });
      if (isPrinted) this.#host.say(`epoch ${epoch}`);
      return;
    }
    const scores = prefixed('val', await this.#judge(split.validation));
    const loss = scores.val_loss!;
    if (!Number.isFinite(loss)) throw this.#ranAway('validation loss', loss, step);
    this.#host.journal.metrics(step, { epoch, ...scores });
    if (isPrinted) this.#host.say(`epoch ${epoch}: ${words(scores)}`);
    if (bestLoss === null || loss < bestLoss) {
      this.#at = { ...this.#at, bestLoss: loss, bestEpoch: epoch };
      this.#best.set(this.#session.optimizer.weights);
    }
    if (this.#hasRunOut()) {
      this.#host.say(
        `stopped early after epoch ${epoch}: no lower validation loss in ${patience} epochs; ` +
          `the weights of epoch ${this.#at.bestEpoch} are kept`,
      );
    }
  }

  /** Whether the validation loss has not fallen for too long. */
  #hasRunOut(): boolean {
    const { patience } = this.#spec.params;
    return patience > 0 && this.#at.bestLoss !== null && this.#at.epoch - this.#at.bestEpoch >= patience;
  }

  async #judge(rows: readonly number[]): Promise<Scores> {
    return scoresOf(this.#prepared, rows, await this.#session.sums(this.#prepared.features, rows));
  }

  async #checkpoint(): Promise<void> {
    const { journal, runFolder } = this.#host;
    const { weights, first, second, updates } = this.#session.optimizer;
    const startedAt = performance.now();
    // The journal first: what the checkpoint counts as told must be on the disk before it.
    journal.sync();
    const position = { ...this.#at, updates };
    await writeCheckpoint(runFolder, { position, weights, first, second, best: this.#best });
    journal.append({ type: 'checkpoint', step: this.#at.step });
    journal.sync();
    this.#checkpointAt = performance.now();
    this.#checkpointEveryMs = Math.max(CHECKPOINT_MS, (this.#checkpointAt - startedAt) * CHECKPOINT_SHARE);
  }

  #progress() {
    const { epoch, step } = this.#at;
    const { epochs } = this.#spec.params;
    const perSecond = ((step - this.#startedStep) / (performance.now() - this.#startedAt)) * 1000;
    return {
      fraction: step / this.#steps,
      message: `epoch ${Math.min(epoch + 1, epochs)} of ${epochs}`,
      rate: `${Math.round(perSecond)} steps/s`,
      remainingMs: Math.round(((this.#steps - step) / perSecond) * 1000),
    };
  }

  #ranAway(what: string, value: number, step: number) {
    const rate = this.#spec.params.learning_rate;
    return impossible(
      `The ${what} was ${value} at step ${step}: training ran away.`,
      `Make learning_rate smaller than ${rate}, for example ${rate / 10}.`,
    );
  }
}
