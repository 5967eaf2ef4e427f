import { type ChildProcess, fork as forkNode } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import type { StubPort } from './ports.ts';

export interface ForkRecord {
  readonly modulePath: string;
  readonly args: readonly string[];
  readonly options: {
    readonly serviceName?: string;
    readonly env?: Record<string, string>;
    readonly stdio?: readonly string[];
  };
  readonly sent: { readonly message: unknown; readonly ports: readonly StubPort[] }[];
  readonly process: StubProcess;
}

export const forks: ForkRecord[] = [];

/** How `fork` behaves: processes that only exist on paper, or real children of Node with a stand-in parentPort. */
export const forking: { real: boolean; answer: (process: FakeProcess, message: { type: string }) => void } = {
  real: false,
  answer: () => {},
};

export abstract class StubProcess extends EventEmitter {
  pid: number | undefined;
  stdout: Readable | null = null;
  stderr: Readable | null = null;
  abstract postMessage(message: unknown, ports?: readonly StubPort[]): void;
  abstract kill(signal?: NodeJS.Signals): boolean;
}

let lastPid = 1_000_000;

/** A process that the scenario plays: it answers by `forking.answer` and dies when told. */
export class FakeProcess extends StubProcess {
  readonly kills: string[] = [];
  readonly #answer = forking.answer;
  constructor() {
    super();
    setImmediate(() => {
      this.pid = ++lastPid;
      this.emit('spawn');
    });
  }
  postMessage(message: unknown): void {
    setImmediate(() => this.#answer(this, message as { type: string }));
  }
  kill(): boolean {
    this.kills.push('SIGTERM');
    this.end(0);
    return true;
  }
  say(message: unknown): void {
    this.emit('message', message);
  }
  end(code: number): void {
    if (this.pid === undefined) return;
    this.pid = undefined;
    setImmediate(() => this.emit('exit', code));
  }
}

/** A real child; ports that are sent to it are relayed over its IPC channel. */
class RealProcess extends StubProcess {
  readonly #child: ChildProcess;
  readonly #ports: StubPort[] = [];
  constructor(modulePath: string, args: readonly string[], { env, stdio }: ForkRecord['options']) {
    super();
    const shim = new URL('./parent-port-shim.ts', import.meta.url).href;
    this.#child = forkNode(modulePath, [...args], {
      execArgv: ['--import', shim],
      env: env ?? process.env,
      serialization: 'advanced',
      stdio: stdio?.includes('pipe') ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 2, 2, 'ipc'],
    });
    this.stdout = this.#child.stdout;
    this.stderr = this.#child.stderr;
    this.#child.once('spawn', () => {
      this.pid = this.#child.pid;
      this.emit('spawn');
    });
    this.#child.once('exit', (code) => {
      this.pid = undefined;
      for (const port of this.#ports) port.close();
      this.emit('exit', code ?? 1);
    });
    this.#child.on('message', (relayed: { port: number | null; data: unknown }) => {
      if (relayed.port === null) this.emit('message', relayed.data);
      else this.#ports[relayed.port]?.postMessage(relayed.data);
    });
  }
  postMessage(message: unknown, ports: readonly StubPort[] = []): void {
    const numbers = ports.map((port) => this.#ports.push(port) - 1);
    this.#send({ port: null, data: message, ports: numbers });
    ports.forEach((port, index) => {
      port.on('message', ({ data }) => this.#send({ port: numbers[index], data }));
      port.on('close', () => this.#send({ port: numbers[index], closed: true }));
      port.start();
    });
  }
  kill(): boolean {
    return this.#child.kill();
  }
  #send(message: object): void {
    if (this.#child.connected) this.#child.send(message);
  }
}

export const utilityProcess = {
  fork(modulePath: string, args: readonly string[] = [], options: ForkRecord['options'] = {}): StubProcess {
    const process = forking.real ? new RealProcess(modulePath, args, options) : new FakeProcess();
    const record: ForkRecord = { modulePath, args, options, sent: [], process };
    const post = process.postMessage.bind(process);
    process.postMessage = (message: unknown, ports: readonly StubPort[] = []) => {
      record.sent.push({ message, ports });
      post(message, ports);
    };
    forks.push(record);
    return process;
  },
};
