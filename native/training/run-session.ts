import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { FeatureTable } from './feature-table.ts';
import {
  countParameters,
  evaluationModel,
  gradientName,
  type Loss,
  type Network,
  parametersOf,
  trainingModel,
} from './network.ts';
import type { Settings } from './optimizer/optimizer.ts';
import { Optimizer } from './optimizer/optimizer.ts';

/** What one evaluation call takes at most, in rows and in features of all its rows: bounds its memory. */
const EVALUATION_ROWS = 4096;
const EVALUATION_CELLS = 4_000_000;

function options(threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    // Sums in the same order every time: the same seed gives the same metrics.
    extra: {
      session: { use_deterministic_compute: '1', intra_op: { allow_spinning: threads > 1 ? '1' : '0' } },
    },
  };
}

/**
 * A network being trained: its parameters, the optimiser, and the two ONNX Runtime sessions that compute gradients
 * and predictions over them.
 */
export class RunSession {
  readonly optimizer: Optimizer;
  readonly batchSize: number;
  readonly outputs: number;
  /** One batch, to be filled before `step`: features, targets and each row's share of the mean. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly rowWeights: Float32Array;
  readonly #training: InferenceSession;
  readonly #evaluation: InferenceSession;
  readonly #feeds: Record<string, Tensor>;
  readonly #fetches: Record<string, Tensor>;
  readonly #loss = new Float32Array(1);
  readonly #network: Network;

  private constructor(
    network: Network,
    batchSize: number,
    settings: Settings,
    training: InferenceSession,
    evaluation: InferenceSession,
  ) {
    const [features, outputs] = [network.sizes[0]!, network.sizes.at(-1)!];
    this.#network = network;
    this.batchSize = batchSize;
    this.outputs = outputs;
    this.#training = training;
    this.#evaluation = evaluation;
    this.optimizer = new Optimizer(countParameters(network), settings);
    this.x = new Float32Array(batchSize * features);
    this.y = new Float32Array(batchSize * outputs);
    this.rowWeights = new Float32Array(batchSize);
    this.#feeds = {
      x: new Tensor('float32', this.x, [batchSize, features]),
      y: new Tensor('float32', this.y, [batchSize, outputs]),
      w: new Tensor('float32', this.rowWeights, [batchSize, 1]),
      ...this.#tensors(this.optimizer.weights, (name) => name),
    };
    this.#fetches = {
      loss: new Tensor('float32', this.#loss, []),
      ...this.#tensors(this.optimizer.gradients, gradientName),
    };
  }

  static async create(
    network: Network,
    loss: Loss,
    batchSize: number,
    settings: Settings,
    threads: number,
  ): Promise<RunSession> {
    const [training, evaluation] = await Promise.all([
      InferenceSession.create(trainingModel(network, loss, batchSize), options(threads)),
      InferenceSession.create(evaluationModel(network), options(threads)),
    ]);
    return new RunSession(network, batchSize, settings, training, evaluation);
  }

  /** Loss of the batch in `x`, `y` and `rowWeights` before the update; then the update. */
  async step(): Promise<number> {
    const { loss } = await this.#training.run(this.#feeds, this.#fetches);
    this.optimizer.update();
    return (loss!.data as Float32Array)[0]!;
  }

  /**
   * The last layer's sums for rows of a table.
   *
   * @param rows row numbers of the table
   * @returns [rows, outputs]
   */
  async sums(features: FeatureTable, rows: readonly number[]): Promise<Float32Array> {
    const { width } = features;
    const most = Math.min(EVALUATION_ROWS, rows.length, Math.max(1, Math.floor(EVALUATION_CELLS / width)));
    const matrix = new Float32Array(most * width);
    const result = new Float32Array(rows.length * this.outputs);
    const parameters = this.#tensors(this.optimizer.weights, (name) => name);
    for (let start = 0; start < rows.length; start += most) {
      const count = Math.min(most, rows.length - start);
      features.fill(matrix, rows, start, count);
      const x = new Tensor('float32', matrix.subarray(0, count * width), [count, width]);
      const { sums } = await this.#evaluation.run({ x, ...parameters });
      result.set(sums!.data as Float32Array, start * this.outputs);
    }
    return result;
  }

  async release(): Promise<void> {
    await Promise.all([this.#training.release(), this.#evaluation.release()]);
  }

  /** Tensors over parts of a flat buffer; ONNX Runtime works on the buffer itself. */
  #tensors(buffer: Float32Array, name: (parameter: string) => string): Record<string, Tensor> {
    return Object.fromEntries(
      parametersOf(this.#network).map((parameter) => [
        name(parameter.name),
        new Tensor('float32', buffer.subarray(parameter.offset, parameter.offset + parameter.length), [
          ...parameter.shape,
        ]),
      ]),
    );
  }
}
