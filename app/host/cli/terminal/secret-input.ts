import type { ReadStream } from 'node:tty';
import { AppError } from '../../../kernel/app-error.ts';

const MOST_BYTES = 1 << 20;

/** All of standard input, for a value that another program sends. @throws AppError TOO_LARGE */
export async function readInput(stdin: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of stdin) {
    parts.push(part);
    sizeBytes += part.length;
    if (sizeBytes > MOST_BYTES)
      throw new AppError('TOO_LARGE', `A secret of more than ${MOST_BYTES} bytes is not kept.`);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Ask on a terminal without showing what is typed. @throws AppError INTERRUPTED for Ctrl+C and Ctrl+D */
export function askSecret(
  stdin: ReadStream,
  stderr: { write(text: string): unknown },
  question: string,
): Promise<string> {
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdin.resume();
  return new Promise((resolve, reject) => {
    let typed = '';
    const finish = (end: () => void) => {
      stdin.off('data', receive);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      end();
    };
    const receive = (text: string) => {
      for (const letter of text) {
        if (letter === '\r' || letter === '\n') return finish(() => resolve(typed));
        if (letter === '\u0003' || letter === '\u0004') {
          return finish(() => reject(new AppError('INTERRUPTED', 'Nothing was kept.')));
        }
        typed =
          letter === '\u007f' || letter === '\b' ? Array.from(typed).slice(0, -1).join('') : typed + letter;
      }
    };
    stdin.on('data', receive);
  });
}
