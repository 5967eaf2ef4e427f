import { EventEmitter } from 'node:events';

/** One end of a stub MessageChannelMain: queues until started, as the real one does. */
export class StubPort extends EventEmitter {
  peer: StubPort | undefined;
  #queue: unknown[] = [];
  #started = false;
  #closed = false;

  postMessage(data: unknown): void {
    const copy = structuredClone(data);
    setImmediate(() => this.peer?.deliver(copy));
  }
  start(): void {
    this.#started = true;
    for (const data of this.#queue.splice(0)) this.emit('message', { data, ports: [] });
  }
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    setImmediate(() => {
      this.emit('close');
      this.peer?.close();
    });
  }
  deliver(data: unknown): void {
    if (this.#started) this.emit('message', { data, ports: [] });
    else this.#queue.push(data);
  }
}

export class MessageChannelMain {
  readonly port1 = new StubPort();
  readonly port2 = new StubPort();
  constructor() {
    this.port1.peer = this.port2;
    this.port2.peer = this.port1;
  }
}
