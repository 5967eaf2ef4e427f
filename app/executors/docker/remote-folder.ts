import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../kernel/logger.ts';
import { containerPaths } from './container-paths.ts';
import type { Engine } from './engine.ts';
import { receiveFolder } from './receive-files.ts';
import { receiveJournals } from './receive-journals.ts';
import { readLaunch } from './run-files.ts';

/** How often journals are fetched; an engine that needs long for it is asked less often. */
const ROUND_MS = 1500;

/**
 * The run folder of a container whose engine does not see this machine's files: the journals are fetched while the program runs,
 * its outputs and its checkpoint when it has ended. Everything is fetched again after an interruption; nothing is recorded twice.
 */
export class RemoteFolder {
  readonly #engine: Engine;
  readonly #container: string;
  readonly #folder: string;
  readonly #log: Logger;
  readonly #stopped = new AbortController();
  readonly #following: Promise<void>;
  #finishing: Promise<void> | null = null;
  #complete = false;
  #failure: unknown = null;

  constructor(engine: Engine, container: string, folder: string, log: Logger) {
    this.#engine = engine;
    this.#container = container;
    this.#folder = folder;
    this.#log = log;
    this.#following = this.#follow();
  }

  /**
   * Asked of a container that has ended, until it says true: then everything is here. Throws what kept it from being here; the next
   * call tries again.
   */
  finished(): boolean {
    if (this.#failure !== null) {
      const failure = this.#failure;
      this.#failure = null;
      this.#finishing = null;
      throw failure;
    }
    this.#finishing ??= this.#finish().then(
      () => {
        this.#complete = true;
      },
      (error: unknown) => {
        this.#failure = error;
      },
    );
    return this.#complete;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#following;
    await this.#finishing;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const begin = performance.now();
      try {
        await receiveJournals(this.#engine, this.#container, this.#folder, false);
      } catch (error) {
        this.#log.warn('fetching the journals of a container failed; it is tried again', {
          container: this.#container,
          error: String(error),
        });
      }
      const pauseMs = Math.max(ROUND_MS, 5 * (performance.now() - begin));
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #finish(): Promise<void> {
    this.#stopped.abort();
    await this.#following;
    const [engine, container, folder] = [this.#engine, this.#container, this.#folder];
    await receiveFolder(engine, container, containerPaths.outputs, path.join(folder, 'outputs'));
    await receiveFolder(engine, container, containerPaths.checkpoint, path.join(folder, 'checkpoint'));
    // Patterns of the recipe may name files of the working folder.
    if ((await readLaunch(folder)).outputs.length > 0)
      await receiveFolder(engine, container, containerPaths.code, path.join(folder, 'code'));
    while (!(await receiveJournals(engine, container, folder, true)));
  }
}
