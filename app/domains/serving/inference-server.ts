import { createHash } from 'node:crypto';
import { AppError } from '../../kernel/app-error.ts';
import { Live } from '../../kernel/live.ts';
import { fromFailure } from '../../kernel/ports/failure.ts';
import type {
  MeterSnapshot,
  ServedEndpoint,
  ServerCommand,
  ServerMessage,
} from '../../kernel/ports/inference-server.ts';
import type { WorkerProcess, WorkerStarter } from '../../kernel/ports/workers.ts';
import { terminate } from './model-process.ts';

type Unasked<Command> = Command extends unknown ? Omit<Command, 'ask'> : never;

interface Running {
  readonly process: WorkerProcess;
  readonly port: number;
  ask(command: Unasked<ServerCommand>): Promise<unknown>;
}

/** The inference server's process, started when it is first needed. */
export class InferenceServer {
  /** Sockets whose last request is answered. */
  readonly drained = new Live<string>();
  readonly stats = new Live<{ readonly endpointId: string; readonly snapshot: MeterSnapshot }>();
  /** The process ended without having been told to; everything that was added to it is gone. */
  readonly lost = new Live<string>();
  readonly #starter: WorkerStarter;
  readonly #options: { port(): number; token(): string; readonly version: string };
  #starting: Promise<Running> | undefined;
  #running: Running | undefined;
  #closed = false;

  constructor(
    starter: WorkerStarter,
    options: { port(): number; token(): string; readonly version: string },
  ) {
    this.#starter = starter;
    this.#options = options;
  }

  /** `http://127.0.0.1:<port>` while it listens. */
  get baseUrl(): string | null {
    return this.#running ? `http://127.0.0.1:${this.#running.port}` : null;
  }

  /** Start it unless it listens already. @throws AppError PORT_TAKEN naming the port */
  async listen(): Promise<void> {
    await this.#ensured();
  }

  /** Answer for an endpoint from now on; one of the same name switches over. */
  async add(endpoint: ServedEndpoint): Promise<void> {
    await (await this.#ensured()).ask({ type: 'add', endpoint });
  }

  /** Stop answering for an endpoint and wait for its last answer. */
  async remove(endpointId: string): Promise<void> {
    await this.#running?.ask({ type: 'remove', endpointId });
  }

  async snapshot(endpointId: string): Promise<MeterSnapshot | null> {
    if (!this.#running) return null;
    return (await this.#running.ask({ type: 'stats', endpointId })) as MeterSnapshot | null;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const starting = this.#starting;
    this.#starting = undefined;
    this.#running = undefined;
    const running = await starting?.catch(() => undefined);
    if (running) terminate(running.process);
  }

  async #ensured(): Promise<Running> {
    if (this.#closed) throw new AppError('NOT_READY', 'Lathe is closing.');
    this.#starting ??= this.#start();
    const starting = this.#starting;
    try {
      return await starting;
    } catch (error) {
      if (this.#starting === starting) this.#starting = undefined;
      throw error;
    }
  }

  async #start(): Promise<Running> {
    const process = await this.#starter.start('inference-server', []);
    const asks = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
    let last = 0;
    const ask: Running['ask'] = (command) =>
      new Promise((resolve, reject) => {
        const number = ++last;
        asks.set(number, { resolve, reject });
        process.send({ ...command, ask: number } satisfies ServerCommand);
      });
    process.onMessage((message) => {
      const said = message as ServerMessage;
      if (said.type === 'drained') this.drained.emit(said.socketPath);
      if (said.type === 'stats') this.stats.emit(said);
      if (said.type !== 'answer') return;
      const asked = asks.get(said.ask);
      asks.delete(said.ask);
      if (said.ok) asked?.resolve(said.value);
      else asked?.reject(fromFailure(said.failure));
    });
    process.onExit(({ code, signal }) => {
      const how = signal ? `ended by ${signal}` : `ended with code ${code}`;
      for (const { reject } of asks.values())
        reject(new AppError('TARGET_FAILED', `The inference server ${how}.`));
      asks.clear();
      if (this.#running?.process !== process) return;
      this.#running = undefined;
      this.#starting = undefined;
      this.lost.emit(how);
    });
    const { port, token, version } = this.#options;
    const tokenHashes = [createHash('sha256').update(token(), 'utf8').digest('hex')];
    try {
      const bound = (await ask({ type: 'listen', port: port(), tokenHashes, version })) as number;
      this.#running = { process, port: bound, ask };
      return this.#running;
    } catch (error) {
      terminate(process);
      throw error;
    }
  }
}
