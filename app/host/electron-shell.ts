import type { ElectronParentPort, ElectronPort } from '../../native/parent-channel.ts';
import { type FromShell, fromShell, type ToShell } from '../contract/shell-protocol.ts';

/** Answers and news from the shell that belong to one question. */
export type ShellAnswer = Extract<FromShell, { request: number }>;

let lastRequest = 0;

/**
 * Ask the Electron main process. `onAnswer` hears everything that carries the number of this question, until it
 * returns `true`.
 *
 * @returns the number of the question
 */
export function askShell(
  parentPort: ElectronParentPort,
  make: (request: number) => ToShell,
  onAnswer: (answer: ShellAnswer, port: ElectronPort | undefined) => boolean,
): number {
  const request = ++lastRequest;
  const receive = ({ data, ports }: { readonly data: unknown; readonly ports: readonly ElectronPort[] }) => {
    const parsed = fromShell.safeParse(data);
    if (!parsed.success || !('request' in parsed.data) || parsed.data.request !== request) return;
    if (onAnswer(parsed.data, ports[0])) parentPort.off('message', receive);
  };
  parentPort.on('message', receive);
  parentPort.postMessage(make(request));
  return request;
}
