/** Gives a child of plain Node the `process.parentPort` of an Electron utility process, over its IPC channel. */
import { EventEmitter } from 'node:events';

interface Relayed {
  readonly port: number | null;
  readonly data: unknown;
  readonly ports?: readonly number[];
  readonly closed?: boolean;
}

class RelayedPort extends EventEmitter {
  readonly #number: number;
  readonly #queue: unknown[] = [];
  #started = false;
  constructor(number: number) {
    super();
    this.#number = number;
  }
  postMessage(data: unknown): void {
    send({ port: this.#number, data });
  }
  start(): void {
    this.#started = true;
    for (const data of this.#queue.splice(0)) this.emit('message', { data, ports: [] });
  }
  close(): void {}
  deliver(data: unknown): void {
    if (this.#started) this.emit('message', { data, ports: [] });
    else this.#queue.push(data);
  }
}

const send = (message: object) => {
  if (process.connected) process.send?.(message);
};
const ports = new Map<number, RelayedPort>();
const parentPort = Object.assign(new EventEmitter(), {
  postMessage: (data: unknown) => send({ port: null, data }),
});
process.on('message', ({ port, data, ports: numbers = [], closed }: Relayed) => {
  if (port !== null) {
    if (closed) ports.get(port)?.emit('close');
    else ports.get(port)?.deliver(data);
    return;
  }
  const handed = numbers.map((number) => {
    const made = new RelayedPort(number);
    ports.set(number, made);
    return made;
  });
  parentPort.emit('message', { data, ports: handed });
});
// The main process is gone: Chromium ends its utility processes then.
process.on('disconnect', () => process.exit(0));
Object.assign(process, { parentPort });
