import { MessageChannelMain, type UtilityProcess, utilityProcess, type WebContents } from 'electron';
import { type FromShell, portChannel, type ToShell, toShell } from '../app/contract/shell-protocol.ts';
import { answerFromKeyring } from './keyring.ts';
import { places } from './places.ts';
import { startWorkersFor } from './workers.ts';

/** Waits before the core is started again, one after each death; when they are used up, the user is asked. */
const restartDelaysMs = [250, 1_000, 4_000];
/** A core that lived this long starts the count anew. */
const steadyMs = 60_000;
const closeLimitMs = 10_000;
const answerLimitMs = 1_000;

export interface CoreEvents {
  /** A new core runs in the place of one that died: windows need new ports. */
  restarted(): void;
  /** The workspace cannot be opened; the core ended. */
  failed(failure: Extract<ToShell, { type: 'failed' }>): void;
  /** The core died again and again; `start` tries once more. */
  gaveUp(start: () => void): void;
  chooseFiles(options: { readonly title: string; readonly folders: boolean }): Promise<string[]>;
}

/** The core in its utility process, kept alive until it is told to close. */
export class CoreProcess {
  readonly #workspace: string;
  readonly #events: CoreEvents;
  #child: UtilityProcess;
  #deaths = 0;
  #startedAt = 0;
  #ending = false;

  constructor(workspace: string, events: CoreEvents) {
    this.#workspace = workspace;
    this.#events = events;
    this.#child = this.#start();
  }

  /** Hand the page one end of a new channel and the core the other. */
  connect(contents: WebContents): void {
    const { port1, port2 } = new MessageChannelMain();
    this.#tell({ type: 'connect' }, [port1]);
    contents.postMessage(portChannel, null, [port2]);
  }

  /** Whether work is in progress that would end with the core; a core that does not answer has none to lose. */
  busy(): Promise<boolean> {
    const child = this.#child;
    return new Promise((resolve) => {
      const finish = (busy: boolean) => {
        clearTimeout(timer);
        child.off('message', receive);
        resolve(busy);
      };
      const receive = (data: unknown) => {
        const { data: message } = toShell.safeParse(data);
        if (message?.type === 'busy') finish(message.busy);
      };
      const timer = setTimeout(() => finish(false), answerLimitMs);
      child.on('message', receive);
      this.#tell({ type: 'ask-busy' });
    });
  }

  /** Close the workspace in order; after ten seconds the process is ended as it is, which loses nothing saved. */
  close(): Promise<void> {
    this.#ending = true;
    const child = this.#child;
    if (child.pid === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        child.kill();
        resolve();
      }, closeLimitMs);
      child.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
      this.#tell({ type: 'close' });
    });
  }

  #tell(message: FromShell, ports: Electron.MessagePortMain[] = []): void {
    this.#child.postMessage(message, ports);
  }

  #start(): UtilityProcess {
    const child = utilityProcess.fork(places.host('worker'), [], { serviceName: 'Lathe core' });
    this.#child = child;
    this.#startedAt = Date.now();
    startWorkersFor(child);
    child.on('message', (data: unknown) => this.#receive(data));
    child.once('exit', () => this.#onExit());
    this.#tell({ type: 'open', workspace: this.#workspace });
    return child;
  }

  #receive(data: unknown): void {
    const { data: message } = toShell.safeParse(data);
    if (message?.type === 'failed') {
      this.#ending = true;
      this.#events.failed(message);
    }
    if (message?.type === 'use-keyring') {
      this.#tell({ type: 'keyring-used', request: message.request, value: answerFromKeyring(message) });
    }
    if (message?.type === 'choose-files') {
      const answer = (paths: string[]) =>
        this.#tell({ type: 'files-chosen', request: message.request, paths });
      this.#events.chooseFiles(message).then(answer, () => answer([]));
    }
  }

  #onExit(): void {
    if (this.#ending) return;
    if (Date.now() - this.#startedAt > steadyMs) this.#deaths = 0;
    const delayMs = restartDelaysMs[this.#deaths++];
    if (delayMs === undefined) this.#events.gaveUp(() => this.#restart());
    else setTimeout(() => this.#restart(), delayMs);
  }

  #restart(): void {
    if (this.#ending) return;
    this.#start();
    this.#events.restarted();
  }
}
