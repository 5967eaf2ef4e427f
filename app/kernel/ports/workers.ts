/**
 * Processes of Lathe's own that the core starts. In plain Node they are children made by `child_process`; under
 * Electron the main process forks a `utilityProcess` when the core asks it over its port.
 */
export type WorkerEntry =
  /** Trains one run; args: [runFolder]. Outlives the host where it can. See ports/training.ts. */
  | 'train'
  /** The Open Inference Protocol server; talks to the core by messages (see domains/serving). */
  | 'inference-server'
  /** Holds one model's ONNX Runtime session, or inspects one file. */
  | 'model';

export interface WorkerProcess {
  readonly pid: number;
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): () => void;
  /** Called once, also when the process is already gone. */
  onExit(listener: (exit: { readonly code: number | null; readonly signal: string | null }) => void): void;
  kill(signal?: 'SIGTERM' | 'SIGKILL'): void;
}

export interface WorkerStarter {
  /** Start a worker that ends with this host. Its environment holds no secrets. */
  start(entry: WorkerEntry, args: readonly string[]): Promise<WorkerProcess>;
  /**
   * Start a worker that goes on when this host ends, with its output in the two files (appended). Where the platform
   * cannot do that, the worker ends with the host and the run becomes `lost`, resumable from its checkpoint.
   */
  startDetached(
    entry: WorkerEntry,
    args: readonly string[],
    output: { readonly stdoutPath: string; readonly stderrPath: string },
  ): Promise<{ readonly pid: number }>;
}
