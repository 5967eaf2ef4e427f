import type { TrainParams } from '../../../app/kernel/ports/training.ts';
import { bestKernels, type Kernels } from './kernels.ts';

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;
const PAGE_BYTES = 65_536;

/**
 * Weights, their gradients and the optimiser's two moments side by side in one WebAssembly memory, so that ONNX
 * Runtime reads and writes them in place and an update copies nothing.
 */
export class Optimizer {
  /** All parameters, flat. */
  readonly weights: Float32Array;
  /** Filled by the training step before `update`. */
  readonly gradients: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly #kernels: Kernels;
  readonly #padded: number;
  readonly #settings: Settings;
  /** Updates done, which Adam's bias correction counts. */
  updates = 0;

  constructor(
    count: number,
    settings: Settings,
    kernels: (memory: WebAssembly.Memory) => Kernels = bestKernels,
  ) {
    const padded = Math.ceil(count / 4) * 4;
    const memory = new WebAssembly.Memory({ initial: Math.max(1, Math.ceil((padded * 4 * 4) / PAGE_BYTES)) });
    const part = (index: number) => new Float32Array(memory.buffer, index * padded * 4, count);
    this.weights = part(0);
    this.gradients = part(1);
    this.first = part(2);
    this.second = part(3);
    this.#padded = padded;
    this.#settings = settings;
    this.#kernels = kernels(memory);
  }

  /** One step against the gradients. */
  update(): void {
    this.updates += 1;
    const { learning_rate: rate, weight_decay: decay, momentum, optimizer } = this.#settings;
    const n = this.#padded;
    if (optimizer === 'sgd') this.#kernels.sgd(0, n, 2 * n, n, decay, momentum, rate);
    else {
      const step = rate / (1 - BETA1 ** this.updates);
      const root = Math.sqrt(1 - BETA2 ** this.updates);
      this.#kernels.adam(0, n, 2 * n, 3 * n, n, decay, BETA1, BETA2, step, root, EPSILON);
    }
  }
}

export type Settings = Pick<TrainParams, 'optimizer' | 'learning_rate' | 'momentum' | 'weight_decay'>;
