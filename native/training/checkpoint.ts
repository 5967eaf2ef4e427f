import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { AppError } from '../../app/kernel/app-error.ts';
import { writeFileDurably } from '../../app/kernel/durable-file.ts';

const FILE = 'state.bin';

/** Where training stands, but for the arrays. */
const position = z.object({
  version: z.literal(1),
  /** Epochs done, and batches done of the next. */
  epoch: z.number().int(),
  batch: z.number().int(),
  step: z.number().int(),
  updates: z.number().int(),
  /** The shuffling generator as it was when the current epoch began. */
  random: z.array(z.number()).length(4),
  /** Sum and number of the losses since `train_loss` was last recorded. */
  lossSum: z.number(),
  lossCount: z.number().int(),
  bestLoss: z.number().nullable(),
  bestEpoch: z.number().int(),
});
export type Position = z.infer<typeof position>;

export interface Checkpoint {
  readonly position: Position;
  readonly weights: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** The weights with the best validation loss so far. */
  readonly best: Float32Array;
}

const ARRAYS = ['weights', 'first', 'second', 'best'] as const;

/** One file, put in place whole: its head as JSON with its length before it, then the arrays, little-endian float32. */
export async function writeCheckpoint(runFolder: string, checkpoint: Checkpoint): Promise<void> {
  const folder = path.join(runFolder, 'checkpoint');
  await fs.promises.mkdir(folder, { recursive: true });
  const head = Buffer.from(
    JSON.stringify({ position: checkpoint.position, count: checkpoint.weights.length }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  const arrays = ARRAYS.map((name) =>
    Buffer.from(checkpoint[name].buffer, checkpoint[name].byteOffset, checkpoint[name].byteLength),
  );
  await writeFileDurably(path.join(folder, FILE), Buffer.concat([length, head, ...arrays]));
}

/** The checkpoint of a run folder, or null if there is none. */
export async function readCheckpoint(runFolder: string, count: number): Promise<Checkpoint | null> {
  const filePath = path.join(runFolder, 'checkpoint', FILE);
  const bytes = await fs.promises.readFile(filePath).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!bytes) return null;
  const start = 4 + (bytes.length < 4 ? 0 : bytes.readUInt32LE(0));
  const head = z
    .object({ position, count: z.literal(count) })
    .safeParse(parsed(bytes.toString('utf8', 4, start)));
  if (!head.success || bytes.length !== start + ARRAYS.length * count * 4) {
    throw new AppError('STORAGE_FAILED', 'The checkpoint does not belong to this network or is damaged.', {
      nextStep: 'Run it again instead of resuming it.',
      details: { path: filePath },
    });
  }
  const array = (index: number) =>
    new Float32Array(
      Uint8Array.from(bytes.subarray(start + index * count * 4, start + (index + 1) * count * 4)).buffer,
    );
  return {
    position: head.data.position,
    weights: array(0),
    first: array(1),
    second: array(2),
    best: array(3),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
