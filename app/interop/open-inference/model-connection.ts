import net from 'node:net';
import { encodeFrame, type Frame, FrameReader, type WireTensor } from '../../kernel/ports/tensor-frames.ts';
import { badRequest, ProtocolError } from './protocol-error.ts';

/** Requests that may wait for one model; beyond it clients are told to come back, so that memory stays bounded. */
const MOST_PENDING = 256;

interface Pending {
  resolve(frame: Frame): void;
  reject(error: Error): void;
}

/** The way from the server to one model's worker. Once it closes it stays closed. */
export class ModelConnection {
  readonly socketPath: string;
  readonly #socket: net.Socket;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #onDrained: (() => void) | undefined;

  private constructor(socketPath: string, socket: net.Socket) {
    this.socketPath = socketPath;
    this.#socket = socket;
    const reader = new FrameReader((frame) => this.#answered(frame));
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      try {
        reader.push(chunk);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.#closed());
  }

  /** Connect to a worker that said it is ready. */
  static connect(socketPath: string): Promise<ModelConnection> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(socketPath);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new ModelConnection(socketPath, socket));
      });
    });
  }

  get open(): boolean {
    return !this.#socket.destroyed;
  }

  /**
   * Compute the outputs (all of them if none are named) of checked inputs.
   *
   * @throws ProtocolError 400 when the model cannot compute these inputs, 413 when they do not fit into a frame, 503
   * while the worker is away or has too much to do
   */
  async infer(
    tensors: readonly WireTensor[],
    outputs: readonly string[],
  ): Promise<{ readonly outputs: readonly WireTensor[]; readonly modelMs: number }> {
    if (!this.open) throw workerAway();
    if (this.#pending.size >= MOST_PENDING) {
      throw new ProtocolError(
        503,
        `${MOST_PENDING} requests wait for this model already. Try again in a moment.`,
      );
    }
    const id = ++this.#lastId;
    const pieces = encoded({ header: { id, outputs }, tensors });
    const answer = new Promise<Frame>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    this.#socket.uncork();
    const { header, tensors: results } = await answer;
    if (header.error !== undefined)
      throw badRequest(`The model could not compute these inputs: ${header.error}`);
    return { outputs: results, modelMs: header.modelMs ?? 0 };
  }

  /** Close once everything that was sent is answered. No request may be sent after it. */
  async drain(): Promise<void> {
    if (this.#pending.size > 0) await new Promise<void>((resolve) => (this.#onDrained = resolve));
    this.#socket.destroy();
  }

  #answered(frame: Frame): void {
    this.#pending.get(frame.header.id)?.resolve(frame);
    this.#forget(frame.header.id);
  }

  #closed(): void {
    for (const [id, { reject }] of [...this.#pending]) {
      reject(workerAway());
      this.#forget(id);
    }
  }

  #forget(id: number): void {
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#onDrained?.();
  }
}

function workerAway(): ProtocolError {
  return new ProtocolError(
    503,
    "The model's worker ended and is being started again. Try again in a moment.",
  );
}

function encoded(frame: Frame): Uint8Array[] {
  try {
    return encodeFrame(frame);
  } catch (error) {
    throw new ProtocolError(
      413,
      `The inputs are too large: ${(error as Error).message}. Send fewer rows at once.`,
    );
  }
}
