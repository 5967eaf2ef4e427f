import type { Logger } from '../../kernel/logger.ts';
import type { Engine } from './engine.ts';
import { LogCopy } from './log-copy.ts';
import { RemoteFolder } from './remote-folder.ts';
import type { Attempt } from './run-files.ts';

/** How long to wait before a log copy that broke is made again. */
const AGAIN_MS = 1000;

/** What is brought from a container into its run folder while somebody looks at the run: its output and, from afar, its files. */
export class ContainerFollower {
  readonly #engine: Engine;
  readonly #container: string;
  readonly #folder: string;
  readonly #attempt: Attempt;
  readonly #log: Logger;
  readonly #remote: RemoteFolder | null;
  #logs: LogCopy;
  #begunAt = Date.now();

  constructor(
    engine: Engine,
    container: string,
    folder: string,
    attempt: Attempt,
    /** Whether the container has ended already, and whether its files are elsewhere. */
    state: { readonly ended: boolean; readonly remote: boolean },
    log: Logger,
  ) {
    this.#engine = engine;
    this.#container = container;
    this.#folder = folder;
    this.#attempt = attempt;
    this.#log = log;
    this.#remote = state.remote ? new RemoteFolder(engine, container, folder, log) : null;
    this.#logs = new LogCopy(engine, container, folder, attempt, state.ended);
  }

  /** The container runs: go on with what broke off. */
  keepUp(): void {
    const { state, failure } = this.#logs;
    if (state !== 'broken' || Date.now() - this.#begunAt < AGAIN_MS) return;
    if (failure !== null)
      this.#log.warn('copying the output of a container broke off; it goes on where it was', {
        container: this.#container,
        error: String(failure),
      });
    this.#copyAgain(false);
  }

  /** The container has ended: true once everything is here; throws what keeps it from being here, and goes on at the next call. */
  finished(): boolean {
    if (this.#logs.silent) void this.#logs.stop();
    if (this.#logs.state === 'broken') {
      const { failure } = this.#logs;
      this.#copyAgain(true);
      if (failure !== null) throw failure;
    }
    const files = this.#remote?.finished() ?? true;
    return files && this.#logs.state === 'complete';
  }

  async stop(): Promise<void> {
    await Promise.all([this.#logs.stop(), this.#remote?.stop()]);
  }

  #copyAgain(last: boolean): void {
    this.#begunAt = Date.now();
    this.#logs = new LogCopy(this.#engine, this.#container, this.#folder, this.#attempt, last);
  }
}
