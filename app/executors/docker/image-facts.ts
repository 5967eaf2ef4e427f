import path from 'node:path';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { LaunchSpec } from '../../kernel/ports/launch.ts';
import { labels } from './container-labels.ts';
import { containerPaths } from './container-paths.ts';
import { removeContainer } from './container-state.ts';
import { Demultiplexer } from './demultiplex.ts';
import type { Engine } from './engine.ts';

const PROBE_MS = 30_000;
const MOST_BYTES = 4_000_000;

const factsForm = z.record(z.string(), z.unknown());

/**
 * What Python in an image says of itself and its packages: a container of its own runs the SDK's `describe` and is removed. The packages
 * belong to the image, so that this is done once for an image, outside of any run, and costs a run nothing.
 *
 * @returns nothing for an image without Python, and for one whose Python does not answer in time
 */
export async function imageFacts(
  engine: Engine,
  imageId: string,
  launch: LaunchSpec,
  place: { readonly sdk: string; readonly workspaceId: string; readonly signal: AbortSignal },
): Promise<Record<string, string>> {
  for (const python of interpreters(launch)) {
    place.signal.throwIfAborted();
    const text = await runOnce(engine, imageId, python, place).catch(() => null);
    place.signal.throwIfAborted();
    const facts = text === null ? null : readFacts(text);
    if (facts) return facts;
  }
  return {};
}

/** The program's own interpreter first, wherever it is; else the usual names. */
function interpreters({ command }: LaunchSpec): string[] {
  const first = command[0]!;
  return [
    ...new Set([...(/^python[\d.]*$/.test(path.posix.basename(first)) ? [first] : []), 'python3', 'python']),
  ];
}

async function runOnce(
  engine: Engine,
  image: string,
  python: string,
  { sdk, workspaceId }: { readonly sdk: string; readonly workspaceId: string },
): Promise<string> {
  const container = await engine.ask(({ docker, traits }) =>
    docker.createContainer({
      Image: image,
      Cmd: [python, '-m', 'lathe.describe'],
      Env: [`PYTHONPATH=${containerPaths.sdk}`, 'NVIDIA_VISIBLE_DEVICES=void'],
      WorkingDir: '/',
      Labels: { [labels.workspace]: workspaceId },
      HostConfig: {
        NetworkMode: 'none',
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges', ...(traits.selinux ? ['label=disable'] : [])],
        Mounts: [{ Type: 'bind', Source: sdk, Target: containerPaths.sdk, ReadOnly: true }],
      },
    }),
  );
  try {
    await engine.ask(() => container.start());
    return await engine.ask(async () => {
      const stream = (await container.logs({
        follow: true,
        stdout: true,
        stderr: false,
      })) as unknown as Readable;
      return readText(stream);
    }, PROBE_MS);
  } finally {
    await removeContainer(engine, container.id);
  }
}

async function readText(stream: Readable): Promise<string> {
  const frames = new Demultiplexer();
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    pieces.push(...frames.push(chunk as Uint8Array).stdout);
    bytes += (chunk as Uint8Array).length;
    if (bytes > MOST_BYTES) break;
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** The last line that is an object; what an image's entrypoint says before it is passed over. */
function readFacts(text: string): Record<string, string> | null {
  const line = text
    .split('\n')
    .reverse()
    .find((candidate) => candidate.startsWith('{'));
  if (line === undefined) return null;
  try {
    const facts = factsForm.parse(JSON.parse(line));
    return Object.fromEntries(
      Object.entries(facts).flatMap(([key, value]) =>
        // The host is the probe's container, which nobody will meet again.
        typeof value === 'string' && value !== '' && key !== 'host' ? [[key, value]] : [],
      ),
    );
  } catch {
    return null;
  }
}
