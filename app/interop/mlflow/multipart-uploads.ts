import { createHash } from 'node:crypto';
import { z } from 'zod';
import { uploadId } from '../../contract/ids.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Tracking } from '../../kernel/ports/tracking.ts';
import { safePath } from './artifact-path.ts';
import { absent, invalid } from './mlflow-error.ts';

const MOST_PARTS = 10_000;
const MOST_UPLOADS = 100;
const MOST_NOTE_BYTES = 65_536;

/** What is on the disk under an upload's id. */
const note = z.object({ multipart: z.string() });

interface Upload {
  readonly target: string;
  /** Ids of the parts on the disk, by number. */
  readonly parts: Map<number, string>;
}

/**
 * Files that come in parts. What the parts will be is on the disk, and so is each part that was acknowledged; the tag of a part, which
 * clients repeat in the end, says where. So an upload goes on after the host was killed; what nobody completes is
 * swept away with other uploads after a day.
 */
export function createMultipartUploads(files: Tracking['files']) {
  const known = new Map<string, Upload>();

  async function find(id: string): Promise<Upload> {
    const found = known.get(id) ?? (await readNote(id));
    if (!found) throw absent(`No such upload: '${id}'`);
    known.set(id, found);
    return found;
  }

  /** The upload as its beginning left it, before the host was started anew. */
  async function readNote(id: string): Promise<Upload | null> {
    if (!isId(id)) return null;
    try {
      let text = '';
      for await (const chunk of files.spooled(id)) {
        text += Buffer.from(chunk).toString('utf8');
        if (text.length > MOST_NOTE_BYTES) return null;
      }
      return { target: safePath(note.parse(JSON.parse(text)).multipart), parts: new Map() };
    } catch (error) {
      const isNone = error instanceof AppError && error.code === 'NOT_FOUND';
      if (isNone || error instanceof z.ZodError || error instanceof SyntaxError) return null;
      throw error;
    }
  }

  async function forget(id: string): Promise<void> {
    const parts = known.get(id)?.parts.values() ?? [];
    known.delete(id);
    for (const kept of [...parts, id]) await files.dropSpooled(kept);
  }

  return {
    /** @returns the upload's id */
    async begin(target: string, parts: number): Promise<string> {
      if (parts < 1 || parts > MOST_PARTS)
        throw invalid(`A file is uploaded in 1 to ${MOST_PARTS} parts, not ${parts}.`);
      if (known.size >= MOST_UPLOADS) await forget(known.keys().next().value!);
      const id = await files.spool(bytesOf(JSON.stringify({ multipart: target })));
      known.set(id, { target, parts: new Map() });
      return id;
    },
    /** @returns the part's tag */
    async part(id: string, number: number, body: AsyncIterable<Uint8Array>): Promise<string> {
      const { parts } = await find(id);
      if (!Number.isInteger(number) || number < 1 || number > MOST_PARTS)
        throw invalid(`There is no part ${number}.`);
      const hash = createHash('md5');
      async function* hashed() {
        for await (const chunk of body) {
          hash.update(chunk);
          yield chunk;
        }
      }
      const kept = await files.spool(hashed());
      const before = parts.get(number);
      parts.set(number, kept);
      if (before !== undefined) await files.dropSpooled(before);
      return `"${hash.digest('hex')}-${kept}"`;
    },
    /** @param tags of the parts, by number */
    async complete(id: string, tags: ReadonlyMap<number, string>): Promise<void> {
      const { target, parts } = await find(id);
      for (const [number, tag] of tags) {
        const kept = /^"?[0-9a-f]{32}-([0-9a-f]{32})"?$/.exec(tag)?.[1];
        if (kept !== undefined && !parts.has(number)) parts.set(number, kept);
      }
      const numbers = [...parts.keys()].sort((a, b) => a - b);
      if (numbers.length === 0 || numbers.at(-1) !== numbers.length)
        throw invalid(
          `The upload '${id}' lacks parts: ${numbers.length} of ${numbers.at(-1) ?? 1} are here.`,
        );
      async function* whole() {
        for (const number of numbers) yield* files.spooled(parts.get(number)!);
      }
      await files.put(target, whole());
      await forget(id);
    },
    async abort(id: string): Promise<void> {
      await find(id);
      await forget(id);
    },
  };
}

/** Nothing but an id is looked for on the disk. */
const isId = (text: string): boolean => uploadId.safeParse(text).success;

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
