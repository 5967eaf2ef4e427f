import crypto from 'node:crypto';
import fs from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { default as dockerignore } from '@balena/dockerignore';
import tar from 'tar-stream';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import { inside } from '../../kernel/workspace-folders.ts';

// The package is CommonJS and its types say that it is not.
const createIgnore = dockerignore as unknown as () => dockerignore.Ignore;

interface ContextEntry {
  readonly path: string;
  readonly file: string;
  readonly stat: fs.Stats;
}

/** What an image is built from: the code folder without what its .dockerignore leaves out. */
export interface BuildContext {
  readonly dockerfile: string;
  readonly dockerfileText: string;
  readonly sizeBytes: number;
  /** SHA-256 of names, kinds and contents: the same digest means the same context. */
  readonly digest: string;
  /** @param onBytes how much has been packed so far */
  pack(onBytes: (bytes: number) => void): Readable;
}

/**
 * Read a build context. INVALID_INPUT for a Dockerfile outside of the folder, PATH_NOT_FOUND for one that is not there.
 *
 * @param dockerfile path inside the folder
 */
export async function readBuildContext(
  folder: string,
  dockerfile: string,
  signal: AbortSignal,
): Promise<BuildContext> {
  const dockerfileText = await fs.promises
    .readFile(inside(folder, dockerfile), 'utf8')
    .catch((error: unknown) => {
      throw fromSystemError(error, dockerfile);
    });
  const entries = await listEntries(folder, await ignoreRules(folder, dockerfile), dockerfile, signal);
  const hash = crypto.createHash('sha256').update(JSON.stringify([dockerfile]));
  for (const entry of entries) {
    signal.throwIfAborted();
    hash.update(JSON.stringify([entry.path, entry.stat.mode, entry.stat.size]));
    if (entry.stat.isSymbolicLink()) hash.update(await fs.promises.readlink(entry.file));
    else if (entry.stat.isFile())
      await pipeline(fs.createReadStream(entry.file), hash, { end: false, signal });
  }
  return {
    dockerfile,
    dockerfileText,
    sizeBytes: entries.reduce((sum, { stat }) => sum + (stat.isFile() ? stat.size : 0), 0),
    digest: hash.digest('hex'),
    pack: (onBytes) => packEntries(entries, onBytes),
  };
}

async function ignoreRules(folder: string, dockerfile: string): Promise<(path: string) => boolean> {
  for (const name of [`${dockerfile}.dockerignore`, '.dockerignore']) {
    const text = await fs.promises.readFile(inside(folder, name), 'utf8').catch(() => null);
    if (text === null) continue;
    const rules = createIgnore().add(text);
    return (relative) => rules.ignores(relative);
  }
  return () => false;
}

/** Sorted, so that the digest does not depend on the disk's order. */
async function listEntries(
  folder: string,
  ignored: (path: string) => boolean,
  dockerfile: string,
  signal: AbortSignal,
): Promise<ContextEntry[]> {
  const entries: ContextEntry[] = [];
  const walk = async (relative: string): Promise<void> => {
    signal.throwIfAborted();
    const names = await fs.promises.readdir(relative ? inside(folder, relative) : folder);
    for (const name of names.sort()) {
      const place = relative ? `${relative}/${name}` : name;
      const file = inside(folder, place);
      const stat = await fs.promises.lstat(file);
      // A rule with "!" may bring back what lies in an ignored folder, so that every folder is entered.
      const left = ignored(place) && place !== dockerfile;
      if (!left && (stat.isFile() || stat.isDirectory() || stat.isSymbolicLink()))
        entries.push({ path: place, file, stat });
      if (stat.isDirectory()) await walk(place);
    }
  };
  await walk('');
  return entries;
}

function packEntries(entries: readonly ContextEntry[], onBytes: (bytes: number) => void): Readable {
  const pack = tar.pack();
  let bytes = 0;
  const run = async () => {
    for (const { path: name, file, stat } of entries) {
      const header = { name, mode: stat.mode & 0o7777, mtime: stat.mtime, uid: 0, gid: 0 };
      if (stat.isFile()) {
        const entry = pack.entry({ ...header, size: stat.size });
        const source = fs.createReadStream(file);
        source.on('data', (chunk) => {
          bytes += chunk.length;
          onBytes(bytes);
        });
        await pipeline(source, entry);
      } else if (stat.isDirectory()) {
        await addPlain(pack, { ...header, type: 'directory' });
      } else {
        await addPlain(pack, { ...header, type: 'symlink', linkname: await fs.promises.readlink(file) });
      }
    }
    pack.finalize();
  };
  run().catch((error: unknown) => pack.destroy(error as Error));
  return pack as unknown as Readable;
}

function addPlain(pack: tar.Pack, header: Partial<tar.Header> & { readonly name: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    pack.entry(header as tar.Header, (error?: Error | null) => (error ? reject(error) : resolve()));
  });
}

/** Where in a Dockerfile an instruction stands, by the words that the engine repeats of it; null where that is not clear. */
export function lineOfInstruction(dockerfileText: string, instruction: string): number | null {
  const wanted = squeeze(instruction);
  const lines = dockerfileText.split('\n');
  for (let first = 0; first < lines.length; first++) {
    let text = lines[first]!;
    for (let next = first; /\\\s*$/.test(text) && next + 1 < lines.length; ) {
      next += 1;
      text = `${text.replace(/\\\s*$/, '')} ${lines[next]}`;
    }
    if (squeeze(text) === wanted) return first + 1;
  }
  return null;
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim().toLowerCase();
}

/** A build that failed, with the instruction that did and what it said last. */
export function buildFailure(
  context: BuildContext,
  step: string | null,
  output: readonly string[],
  words: string,
): AppError {
  const line = step === null ? null : lineOfInstruction(context.dockerfileText, step);
  const place = `${context.dockerfile}${line === null ? '' : `, line ${line}`}`;
  const said = output.at(-1);
  const buildKit = /buildkit/i.test(words);
  return new AppError(
    'ENVIRONMENT_FAILED',
    `Building the image failed at ${place}${step === null ? '' : ` (${step})`}: ${words}${said ? ` Its last words: ${said}` : ''}`,
    {
      nextStep: buildKit
        ? 'This Dockerfile needs BuildKit: build it by hand with "docker build -t NAME ." and name the image in the recipe.'
        : 'Correct the instruction; "docker build" in the code folder shows the same failure with all of its output.',
      details: {
        dockerfile: context.dockerfile,
        line,
        instruction: step,
        output: output.join('\n').slice(-2000),
      },
    },
  );
}
