import type { ModelVersion } from '../../contract/models.contract.ts';
import type { EndpointState } from '../../contract/serving.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { ServedEndpoint } from '../../kernel/ports/inference-server.ts';
import type { InferenceServer } from './inference-server.ts';
import type { ModelProcess } from './model-process.ts';

const PAUSES_MS = [200, 1000, 5000];
/** A worker that held this long starts counting anew. */
const STEADY_AFTER_MS = 60_000;
/** How long a worker that was switched away from may take over its last requests. */
const DRAIN_LIMIT_MS = 30_000;

export interface LiveEndpointParts {
  readonly id: string;
  readonly name: string;
  readonly server: InferenceServer;
  startWorker(version: ModelVersion): Promise<ModelProcess>;
  /** Told of what the endpoint does by itself. */
  onChange(
    change:
      | { readonly kind: 'crashed' | 'restarted'; readonly reason: string }
      | { readonly kind: 'failed'; readonly error: AppError },
  ): void;
  onMemory(rssBytes: number): void;
}

/** One endpoint while a host runs: its worker, and what becomes of it when that ends by itself. */
export class LiveEndpoint {
  readonly #parts: LiveEndpointParts;
  #version: ModelVersion;
  #worker: ModelProcess | undefined;
  #state: EndpointState = 'starting';
  #crashes = 0;
  #servingSince = 0;
  #closed = false;
  /** The taking over in progress, settled either way. */
  #work: Promise<void> = Promise.resolve();

  constructor(version: ModelVersion, parts: LiveEndpointParts) {
    this.#version = version;
    this.#parts = parts;
  }

  get state(): EndpointState {
    return this.#state;
  }

  get version(): ModelVersion {
    return this.#version;
  }

  /** Serve this version from now on; the one before, if any, answers until then and stays if this one fails. */
  async serve(version: ModelVersion): Promise<void> {
    const work = this.#takeOver(version);
    this.#work = work.catch(() => undefined);
    await work;
  }

  async #takeOver(version: ModelVersion): Promise<void> {
    const { server, startWorker } = this.#parts;
    await server.listen();
    const worker = await startWorker(version);
    const previous = this.#worker;
    // Listening before the switch: the old worker may have nothing left to answer at the moment of it.
    const keep = previous ? this.#retire(previous) : () => undefined;
    try {
      if (this.#closed)
        throw new AppError('CONFLICT', `Endpoint "${this.#parts.name}" was stopped while it started.`);
      await server.add(this.#served(version, worker));
    } catch (error) {
      keep();
      worker.end();
      throw error;
    }
    this.#worker = worker;
    this.#version = version;
    this.#state = 'serving';
    this.#servingSince = performance.now();
    worker.onMemory((rssBytes) => {
      if (this.#worker === worker) this.#parts.onMemory(rssBytes);
    });
    worker.onCrash((how) => {
      if (this.#worker === worker) void this.#recover(`Its worker ${how}.`);
    });
  }

  /** The server is new and knows nothing: tell it again. */
  async rejoin(reason: string): Promise<void> {
    if (!this.#worker || this.#state !== 'serving') return;
    this.#state = 'starting';
    try {
      await this.#parts.server.add(this.#served(this.#version, this.#worker));
      this.#state = 'serving';
      this.#parts.onChange({ kind: 'restarted', reason });
    } catch (error) {
      this.fail(error);
    }
  }

  /** Stop answering, let the last requests finish, and end the worker. */
  async stop(): Promise<void> {
    this.#closed = true;
    this.#state = 'stopped';
    await this.#work;
    this.#state = 'stopped';
    const worker = this.#worker;
    this.#worker = undefined;
    await Promise.race([
      this.#parts.server.remove(this.#parts.id).catch(() => undefined),
      pause(DRAIN_LIMIT_MS),
    ]);
    worker?.end();
  }

  /** End at once, as the host closes. */
  close(): void {
    this.#closed = true;
    this.#worker?.end();
    this.#worker = undefined;
  }

  fail(error: unknown): void {
    if (this.#closed) return;
    this.#worker?.end();
    this.#worker = undefined;
    this.#state = 'failed';
    void this.#parts.server.remove(this.#parts.id).catch(() => undefined);
    this.#parts.onChange({ kind: 'failed', error: declared(error) });
  }

  #served(version: ModelVersion, { socketPath }: ModelProcess): ServedEndpoint {
    const { id, name } = this.#parts;
    return {
      id,
      name,
      version: version.version,
      signature: version.signature,
      labels: version.labels,
      socketPath,
    };
  }

  /** End a worker once its last request is answered; the returned call keeps it after all. */
  #retire(worker: ModelProcess): () => void {
    const finish = () => {
      keep();
      worker.end();
    };
    const timer = setTimeout(finish, DRAIN_LIMIT_MS).unref();
    const release = this.#parts.server.drained.subscribe((socketPath) => {
      if (socketPath === worker.socketPath) finish();
    });
    const keep = () => {
      clearTimeout(timer);
      release();
    };
    return keep;
  }

  async #recover(reason: string): Promise<void> {
    this.#worker = undefined;
    this.#state = 'starting';
    if (performance.now() - this.#servingSince > STEADY_AFTER_MS) this.#crashes = 0;
    const wait = PAUSES_MS[this.#crashes++];
    if (wait === undefined) {
      return this.fail(
        new AppError(
          'TARGET_FAILED',
          `Endpoint "${this.#parts.name}" ended ${this.#crashes} times in a row. ${reason}`,
          {
            nextStep: 'Check that there is memory enough for the model, then start the endpoint again.',
          },
        ),
      );
    }
    this.#parts.onChange({ kind: 'crashed', reason });
    await pause(wait);
    if (this.#closed) return;
    try {
      await this.serve(this.#version);
      if (!this.#closed) this.#parts.onChange({ kind: 'restarted', reason });
    } catch (error) {
      if (!this.#closed) await this.#recover((error as Error).message);
    }
  }
}

function declared(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('TARGET_FAILED', `The endpoint could not be served: ${(error as Error).message}`, {
    cause: error,
  });
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs).unref());
}
