import { InferenceSession, Tensor } from 'onnxruntime-node';
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

/** Rows that one evaluation call takes: bounds its memory. */
const EVALUATION_ROWS = 4096;

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
  /** One batch, to be filled before `step`: features, targets and row weights. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly w: Float32Array;
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
    this.#training = training;
    this.#evaluation = evaluation;
    this.optimizer = new Optimizer(countParameters(network), settings);
    this.x = new Float32Array(batchSize * features);
    this.y = new Float32Array(batchSize * outputs);
    this.w = new Float32Array(batchSize);
    this.#feeds = {
      x: new Tensor('float32', this.x, [batchSize, features]),
      y: new Tensor('float32', this.y, [batchSize, outputs]),
      w: new Tensor('float32', this.w, [batchSize, 1]),
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

  /** Loss of the batch in `x`, `y`, `w` before the update; then the update. */
  async step(): Promise<number> {
    const { loss } = await this.#training.run(this.#feeds, this.#fetches);
    this.optimizer.update();
    return (loss!.data as Float32Array)[0]!;
  }

  /**
   * The last layer's sums for rows of a matrix.
   *
   * @param matrix [rows, features]
   * @returns [rows, outputs]
   */
  async sums(matrix: Float32Array): Promise<Float32Array> {
    const [features, outputs] = [this.#network.sizes[0]!, this.#network.sizes.at(-1)!];
    const rows = matrix.length / features;
    const result = new Float32Array(rows * outputs);
    const parameters = this.#tensors(this.optimizer.weights, (name) => name);
    for (let start = 0; start < rows; start += EVALUATION_ROWS) {
      const count = Math.min(EVALUATION_ROWS, rows - start);
      const x = new Tensor('float32', matrix.subarray(start * features, (start + count) * features), [
        count,
        features,
      ]);
      const { sums } = await this.#evaluation.run({ x, ...parameters });
      result.set(sums!.data as Float32Array, start * outputs);
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
