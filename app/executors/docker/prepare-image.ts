import fs from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import type { LaunchEnvironment } from '../../kernel/ports/launch.ts';
import { buildImage } from './build-image.ts';
import type { Engine } from './engine.ts';
import { statusOf, wordsOf } from './engine-errors.ts';
import { engineEvents } from './event-stream.ts';
import { findImage, imageName, type PrepareContext, type ReadyImage, start, UNLIMITED_MS } from './images.ts';
import { PullProgress } from './pull-progress.ts';

/**
 * Have the image of a run in the engine, in the order of what it costs: it is there; it lies in an archive beside the
 * recipe; it can be built from the recipe's Dockerfile; it can be pulled. Only the last needs a network.
 */
export async function prepareImage(
  engine: Engine,
  environment: LaunchEnvironment,
  codeFolder: string,
  workspaceId: string,
  context: PrepareContext,
): Promise<ReadyImage> {
  const name = environment.image === null ? null : imageName(environment.image);
  if (environment.dockerfile !== null && environment.imageArchive === null)
    return buildImage(engine, codeFolder, environment.dockerfile, workspaceId, context);
  if (name !== null) {
    const there = await findImage(engine, name);
    if (there) return there;
  }
  if (environment.imageArchive !== null) return loadImage(engine, environment.imageArchive, name, context);
  if (name !== null) return pullImage(engine, name, context);
  throw new AppError(
    'INVALID_INPUT',
    'The recipe names neither an image nor a Dockerfile, and containers need one.',
    {
      nextStep: 'Add "image:" or "dockerfile:" below "environment:", or run it as a local process.',
    },
  );
}

async function loadImage(
  engine: Engine,
  archive: string,
  name: string | null,
  { signal, onProgress }: PrepareContext,
): Promise<ReadyImage> {
  const stat = await fs.promises.stat(archive).catch((error: unknown) => {
    throw fromSystemError(error, archive);
  });
  const file = fs.createReadStream(archive);
  const label = `loading ${path.basename(archive)}`;
  let read = 0;
  file.on('data', (chunk) => {
    read += chunk.length;
    onProgress({ fraction: read / Math.max(1, stat.size), message: label, rate: null, remainingMs: null });
  });
  const loaded: string[] = [];
  try {
    const stream = await start(
      engine.ask(
        ({ docker }) =>
          docker.loadImage(file, { quiet: true, abortSignal: signal }) as unknown as Promise<Readable>,
        UNLIMITED_MS,
      ),
      signal,
    );
    for await (const event of engineEvents(stream, signal)) {
      if (event.error) throw unloadable(archive, event.error);
      for (const [, found] of (event.stream ?? '').matchAll(/Loaded image(?: ID)?: (\S+)/g))
        loaded.push(found!);
    }
  } catch (error) {
    throw statusOf(error) === null ? error : unloadable(archive, wordsOf(error));
  } finally {
    file.destroy();
  }
  const wanted = name ?? loaded[0];
  const there = wanted === undefined ? null : await findImage(engine, wanted);
  if (there) return there;
  throw new AppError(
    'NOT_FOUND',
    `The archive ${archive} holds ${loaded.join(', ') || 'no image'}, not ${name}.`,
    {
      nextStep: `Make the archive again with "docker save -o ${path.basename(archive)} ${name ?? 'IMAGE'}", or name the image that it holds.`,
      details: { archive, image: name },
    },
  );
}

function unloadable(archive: string, words: string): AppError {
  return new AppError('DATA_MALFORMED', `The image archive ${archive} could not be loaded: ${words}`, {
    nextStep: 'Make it again with "docker save -o FILE.tar IMAGE" and check that the whole file was copied.',
    details: { archive },
  });
}

async function pullImage(
  engine: Engine,
  name: string,
  { signal, onProgress }: PrepareContext,
): Promise<ReadyImage> {
  const progress = new PullProgress(name);
  onProgress({ fraction: null, message: `pulling ${name}`, rate: null, remainingMs: null });
  try {
    const stream = await start(
      engine.ask(
        ({ docker }) => docker.pull(name, { abortSignal: signal }) as unknown as Promise<Readable>,
        UNLIMITED_MS,
      ),
      signal,
    );
    for await (const event of engineEvents(stream, signal)) {
      if (event.error) throw unpulled(name, event.error);
      onProgress(progress.take(event));
    }
  } catch (error) {
    throw statusOf(error) === null ? error : unpulled(name, wordsOf(error));
  }
  const there = await findImage(engine, name);
  if (there) return there;
  throw unpulled(name, 'the engine does not have it after pulling');
}

function unpulled(name: string, words: string): AppError {
  const details = { image: name, engine: words };
  if (/no space left/i.test(words))
    return new AppError('DISK_FULL', `There is no room for the image ${name}: ${words}`, { details });
  if (
    /not found|manifest unknown|denied|unauthorized|does not exist|invalid reference/i.test(words) &&
    !/lookup|dial/i.test(words)
  )
    return new AppError('NOT_FOUND', `There is no image ${name} that may be pulled: ${words}`, {
      nextStep: `Check the name and its tag; for a private registry run "docker login" and "docker pull ${name}" by hand once.`,
      details,
    });
  return new AppError(
    'NOT_FOUND',
    `The image ${name} is not on this machine, and its registry cannot be reached: ${words}`,
    {
      nextStep:
        `Where there is a network, run "docker pull ${name}" and "docker save -o image.tar ${name}"; bring the file here and ` +
        'run "docker load -i image.tar", or name it in the recipe as environment.imageArchive.',
      details,
    },
  );
}
