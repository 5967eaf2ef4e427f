import type { Readable } from 'node:stream';
import { buildFailure, readBuildContext } from './build-context.ts';
import { beginningOf, eachBuildEvent, needsBuildKit, noise, plainText } from './build-events.ts';
import { labels } from './container-labels.ts';
import type { Engine } from './engine.ts';
import { statusOf, wordsOf } from './engine-errors.ts';
import { findImage, type PrepareContext, type ReadyImage, start, UNLIMITED_MS } from './images.ts';

/** How much of a build's output is kept for saying why it failed. */
const KEPT_LINES = 30;

/**
 * Build the image of a code folder, or find the one that was built from the same files. Its tag is made from the digest of
 * the context, so that nothing has to be remembered and an unchanged folder needs neither time nor a network.
 */
export async function buildImage(
  engine: Engine,
  codeFolder: string,
  dockerfile: string,
  workspaceId: string,
  { signal, onProgress }: PrepareContext,
): Promise<ReadyImage> {
  const say = (message: string, fraction: number | null = null) =>
    onProgress({ fraction, message, rate: null, remainingMs: null });
  say('reading the code folder');
  const context = await readBuildContext(codeFolder, dockerfile, signal);
  const repository = `lathe-${
    workspaceId
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '')
      .slice(0, 32) || 'workspace'
  }`;
  const tag = context.digest.slice(0, 32);
  const name = `${repository}:${tag}`;
  const there = await findImage(engine, name);
  if (there) {
    // Tagging again notes when it was last of use (leftovers tells that).
    await engine
      .ask(({ docker }) => docker.getImage(name).tag({ repo: repository, tag }))
      .catch(() => undefined);
    return there;
  }

  const output: string[] = [];
  let step: string | null = null;
  try {
    const stream = await start(
      engine.ask(
        ({ docker, traits }) =>
          docker.buildImage(
            context.pack((bytes) =>
              say('sending the code to the engine', bytes / Math.max(1, context.sizeBytes)),
            ) as never,
            {
              dockerfile,
              t: name,
              labels: { [labels.workspace]: workspaceId },
              rm: true,
              forcerm: true,
              // As a number: as a text the client opens a session beside it, which nothing ends when the build is cancelled.
              ...(traits.product === 'docker' && needsBuildKit(context.dockerfileText) && { version: 2 }),
              abortSignal: signal,
            } as never,
          ) as unknown as Promise<Readable>,
        UNLIMITED_MS,
      ),
      signal,
    );
    await eachBuildEvent(stream, signal, (event) => {
      for (const line of (event.stream ?? event.status ?? '')
        .split(/[\r\n]+/)
        .filter((text) => text.trim())) {
        const begun = beginningOf(line);
        if (begun) {
          step = begun.instruction;
          output.length = 0;
          say(
            `step ${begun.number} of ${begun.count}: ${begun.instruction}`,
            (begun.number - 1) / begun.count,
          );
        } else if (!noise.test(line)) {
          output.push(plainText(line).slice(0, 500));
          if (output.length > KEPT_LINES) output.shift();
        }
      }
      if (event.error) throw buildFailure(context, step, output, event.error);
    });
  } catch (error) {
    throw statusOf(error) === null ? error : buildFailure(context, step, output, wordsOf(error));
  }
  const built = await findImage(engine, name);
  if (built) return built;
  throw buildFailure(context, step, output, 'the engine ended the build without an image');
}
