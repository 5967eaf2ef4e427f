import os from 'node:os';
import path from 'node:path';
import type { LatheClient } from '../../contract/index.ts';
import type { Served, ServeOptions } from '../serve.ts';
import type { Session } from '../session.ts';
import { type Output, ProgressLine } from './terminal/progress-line.ts';
import { renderTable, type TableColumn } from './terminal/table.ts';

/** What a command needs of the process around it; tests give their own. */
export interface CliWorld {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  openSession(options: { workspace: string }): Promise<Session>;
  serve(options: ServeOptions): Promise<Served>;
  /** Asks on the terminal without showing what is typed; left out where standard input is none. */
  askSecret?(question: string): Promise<string>;
  /** All that is sent to standard input. */
  readInput?(): Promise<string>;
  /** Aborted by the first Ctrl+C (SIGINT, SIGTERM or SIGHUP). */
  readonly interrupted: AbortSignal;
}

export interface GlobalOptions {
  readonly workspace?: string;
  readonly project?: string;
  readonly json?: boolean;
}

/** One command in progress: its options, the session that it opened, and where its words go. */
export class Cli {
  readonly world: CliWorld;
  readonly #options: GlobalOptions;
  readonly progress: ProgressLine;
  /** Ends the process with this code although nothing was thrown: a followed run that failed, for example. */
  exitCode = 0;
  #session: Promise<Session> | undefined;
  #handlesInterrupts = false;

  constructor(world: CliWorld, options: GlobalOptions) {
    this.world = world;
    this.#options = options;
    this.progress = new ProgressLine(world.stderr);
  }

  get json(): boolean {
    return this.#options.json === true;
  }

  get workspace(): string {
    return this.workspaceOr(path.join(os.homedir(), 'Lathe'));
  }

  workspaceOr(fallback: string): string {
    return path.resolve(
      this.world.folder,
      this.#options.workspace ?? this.world.env.LATHE_WORKSPACE ?? fallback,
    );
  }

  /** The part of an input that names the project; empty where the current one is meant. */
  get inProject(): { project?: string } {
    return this.#options.project === undefined ? {} : { project: this.#options.project };
  }

  async session(): Promise<Session> {
    this.#session ??= this.world.openSession({ workspace: this.workspace });
    return await this.#session;
  }

  async client(): Promise<LatheClient> {
    return (await this.session()).client;
  }

  async close(): Promise<void> {
    const session = await this.#session?.catch(() => undefined);
    await session?.close();
  }

  /** From here on the command itself looks at `interrupted` and ends in its own way. */
  handleInterrupts(): AbortSignal {
    this.#handlesInterrupts = true;
    return this.world.interrupted;
  }

  get handlesInterrupts(): boolean {
    return this.#handlesInterrupts;
  }

  /** A path that the user typed, as the core must hear it. */
  path(typed: string): string {
    return path.resolve(this.world.folder, typed);
  }

  /** The command's result: one JSON document, or words for a person. Empty words print nothing. */
  print(document: unknown, words: () => string): void {
    this.progress.clear();
    const text = this.json ? JSON.stringify(document) : words();
    if (text !== '') this.world.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  /** A remark beside the result. */
  say(text: string): void {
    this.progress.say(text);
  }

  table(
    columns: readonly (string | TableColumn)[],
    rows: readonly (readonly string[])[],
    empty: string,
  ): string {
    if (rows.length === 0) return empty;
    const { stdout } = this.world;
    return renderTable(
      columns.map((column) => (typeof column === 'string' ? { title: column } : column)),
      rows,
      stdout.isTTY ? stdout.columns || undefined : undefined,
    );
  }
}
