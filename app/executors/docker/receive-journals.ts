import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { inside } from '../../kernel/workspace-folders.ts';
import { containerPaths } from './container-paths.ts';
import type { Engine } from './engine.ts';
import { openArchive, receivePath } from './receive-files.ts';
import { sizeOf } from './run-files.ts';
import { TIME_LIMIT_MARK } from './time-limit.ts';
import { eachFile } from './untrusted-tar.ts';

/** How much of one journal is taken in one round; the next round takes on. */
const MOST_BYTES = 16 * 2 ** 20;
const LINE_END = 10;

const artifactForm = z.object({ type: z.literal('artifact'), path: z.string() });

/**
 * Bring what is new in a container's journals into the run folder: of each file only the part that is not here yet, whole lines
 * unless the program has ended. Files that a line names are brought before the line.
 *
 * @returns whether everything that was there is here now
 */
export async function receiveJournals(
  engine: Engine,
  container: string,
  folder: string,
  ended: boolean,
): Promise<boolean> {
  const archive = await openArchive(engine, container, containerPaths.journal);
  if (!archive) return true;
  const journal = path.join(folder, 'journal');
  const news = new Map<string, Buffer>();
  let all = true;
  const { complete } = await eachFile(archive, 'journal', async ({ path: name, content }) => {
    if (name === TIME_LIMIT_MARK) news.set(name, Buffer.alloc(0));
    if (!/^[\w.-]+\.jsonl$/.test(name)) return;
    const { bytes, cut } = await tailOf(content, await sizeOf(inside(journal, name)));
    all &&= !cut;
    news.set(name, bytes);
  });
  for (const [name, bytes] of news) {
    const whole = ended && all ? bytes : bytes.subarray(0, bytes.lastIndexOf(LINE_END) + 1);
    await receiveArtifacts(engine, container, folder, whole);
    await fs.promises.appendFile(inside(journal, name), whole);
  }
  return all && complete;
}

async function tailOf(
  content: AsyncIterable<Uint8Array>,
  skipBytes: number,
): Promise<{ bytes: Buffer; cut: boolean }> {
  const pieces: Uint8Array[] = [];
  let [skip, size] = [skipBytes, 0];
  for await (const chunk of content) {
    const skipped = Math.min(skip, chunk.length);
    skip -= skipped;
    if (skipped === chunk.length || size >= MOST_BYTES) continue;
    pieces.push(chunk.subarray(skipped));
    size += chunk.length - skipped;
  }
  return { bytes: Buffer.concat(pieces), cut: size >= MOST_BYTES };
}

async function receiveArtifacts(
  engine: Engine,
  container: string,
  folder: string,
  lines: Buffer,
): Promise<void> {
  if (!lines.includes('"artifact"')) return;
  for (const line of lines.toString('utf8').split('\n')) {
    const named = line.includes('"artifact"') ? artifactIn(line) : null;
    if (named !== null)
      await receivePath(engine, container, containerPaths.outputs, path.join(folder, 'outputs'), named);
  }
}

/** @returns null for a line that names no file inside of the outputs; whoever reads the journal says so */
function artifactIn(line: string): string | null {
  try {
    const { path: relative } = artifactForm.parse(JSON.parse(line));
    inside('/', relative);
    return relative;
  } catch {
    return null;
  }
}
