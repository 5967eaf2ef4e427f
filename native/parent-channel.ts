/** One end of a MessageChannel as Electron's main and utility processes see it. */
export interface ElectronPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

/** `process.parentPort` of an Electron utility process: the line to the main process. */
export interface ElectronParentPort {
  postMessage(message: unknown): void;
  on(
    event: 'message',
    listener: (event: { readonly data: unknown; readonly ports: readonly ElectronPort[] }) => void,
  ): unknown;
  off(
    event: 'message',
    listener: (event: { readonly data: unknown; readonly ports: readonly ElectronPort[] }) => void,
  ): unknown;
}

/** The line to Electron's main process, or undefined in plain Node. */
export function electronParentPort(): ElectronParentPort | undefined {
  return (process as { readonly parentPort?: ElectronParentPort }).parentPort;
}

/** A worker's line to the process that started it, the same under plain Node and Electron. */
export interface ParentChannel {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, when the process that started this one is gone; a worker that is not detached then ends. */
  onClose(listener: () => void): void;
}

/**
 * Open the line to the parent. In plain Node that is the IPC channel of `fork` (made with `serialization: 'advanced'`,
 * so that typed arrays arrive as such); under Electron a MessagePort that the shell hands over in its first message.
 * What is sent before the port arrives waits for it.
 */
export function openParentChannel(): ParentChannel {
  const parentPort = electronParentPort();
  return parentPort === undefined ? nodeChannel() : electronChannel(parentPort);
}

function nodeChannel(): ParentChannel {
  return {
    send: (message) => {
      if (process.connected) process.send?.(message);
    },
    onMessage: (listener) => {
      process.on('message', listener);
    },
    onClose: (listener) => {
      if (process.connected) process.once('disconnect', listener);
      else setImmediate(listener);
    },
  };
}

function electronChannel(parentPort: ElectronParentPort): ParentChannel {
  const port = new Promise<ElectronPort>((resolve) => {
    const receive = ({
      data,
      ports,
    }: {
      readonly data: unknown;
      readonly ports: readonly ElectronPort[];
    }) => {
      const [first] = ports;
      if (first === undefined || (data as { readonly type?: unknown } | null)?.type !== 'parent') return;
      parentPort.off('message', receive);
      resolve(first);
    };
    parentPort.on('message', receive);
  });
  return {
    send: (message) => void port.then((open) => open.postMessage(message)),
    onMessage: (listener) => {
      void port.then((open) => {
        open.on('message', (event) => listener(event.data));
        open.start();
      });
    },
    onClose: (listener) => void port.then((open) => open.on('close', listener)),
  };
}
