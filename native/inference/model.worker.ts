import net from 'node:net';
import { AppError } from '../../app/kernel/app-error.ts';
import { asFailure } from '../../app/kernel/ports/failure.ts';
import type { ModelWorkerMessage } from '../../app/kernel/ports/model-worker.ts';
import { encodeFrame, type Frame, FrameReader } from '../../app/kernel/ports/tensor-frames.ts';
import { electronParentPort, openParentChannel } from '../parent-channel.ts';
import { modelFacts } from './model-facts.ts';
import { type OnnxSession, oneLine, openSession } from './onnx-session.ts';

const MEMORY_INTERVAL_MS = 2000;
/** None for a person who inspects a file by hand. */
const channel = process.connected || electronParentPort() ? openParentChannel() : undefined;
channel?.onClose(() => process.exit(0));

function tell(message: ModelWorkerMessage): void {
  if (channel) channel.send(message);
  else console.log(JSON.stringify(message));
}

/** End once the message had time to leave: a process that exits at once may lose it. */
function endSoon(code: number): void {
  process.exitCode = code;
  setTimeout(() => process.exit(code), 200);
}

function asFault(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('MODEL_INVALID', `The model cannot be used. ${oneLine(error)}`, { cause: error });
}

async function inspect(modelPath: string): Promise<void> {
  const session = await openSession(modelPath, 1);
  tell({ type: 'inspected', model: modelFacts(session.signature, session.metadata) });
  endSoon(0);
}

async function serve(modelPath: string, socketPath: string, threads: number): Promise<void> {
  const session = await openSession(modelPath, threads);
  const server = net.createServer((socket) => answerOn(socket, session));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  tell({ type: 'ready', signature: session.signature });
  reportMemory();
}

/** One request after another: ONNX Runtime blocks the thread anyway, and the rest waits in the socket. */
function answerOn(socket: net.Socket, session: OnnxSession): void {
  socket.setNoDelay(true);
  let last = Promise.resolve();
  const reader = new FrameReader((frame) => {
    last = last.then(() => answer(frame));
  });
  socket.on('data', (chunk) => {
    try {
      reader.push(chunk);
    } catch (error) {
      socket.destroy(error as Error);
    }
  });
  socket.on('error', () => socket.destroy());

  async function answer({ header: { id, outputs }, tensors }: Frame): Promise<void> {
    let pieces: Uint8Array[];
    try {
      const result = await session.run(tensors, outputs);
      pieces = encodeFrame({ header: { id, modelMs: result.modelMs }, tensors: result.outputs });
    } catch (error) {
      pieces = encodeFrame({ header: { id, error: oneLine(error) }, tensors: [] });
    }
    if (socket.destroyed) return;
    socket.cork();
    for (const piece of pieces) socket.write(piece);
    socket.uncork();
    if (socket.writableNeedDrain)
      await new Promise<void>((resolve) => socket.once('drain', resolve).once('close', resolve));
  }
}

function reportMemory(): void {
  let reported = 0;
  const report = () => {
    const rssBytes = process.memoryUsage.rss();
    if (Math.abs(rssBytes - reported) < reported / 100) return;
    reported = rssBytes;
    tell({ type: 'memory', rssBytes });
  };
  report();
  setInterval(report, MEMORY_INTERVAL_MS).unref();
}

const [mode, modelPath = '', socketPath = '', threads = '1'] = process.argv.slice(2);
(mode === 'inspect' ? inspect(modelPath) : serve(modelPath, socketPath, Number(threads))).catch((error) => {
  tell({ type: 'failed', failure: asFailure(asFault(error)) });
  endSoon(1);
});
