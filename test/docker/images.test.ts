import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Progress } from '../../app/contract/wire.ts';
import type { DockerExecutor } from '../../app/executors/docker/docker.executor.ts';
import { findTestEngine, TEST_IMAGE } from '../support/docker-engine.ts';
import { executorFor, makeRun, outputOf, prepare, pythonRun, runToEnd } from './container-run.ts';

const engine = await findTestEngine();
const workspaceId = `images-${process.pid}`;
let executor: DockerExecutor;

beforeAll(() => {
  if (engine) executor = executorFor(engine, { workspaceId });
});
afterAll(async () => {
  if (engine) {
    const { containers, images, volumes } = await executor.leftovers();
    await executor.removeLeftovers([...containers, ...images, ...volumes].map(({ id }) => id));
  }
  await executor?.close();
  await engine?.stop();
});

const built = (dockerfile: string, files: Readonly<Record<string, string>> = {}) =>
  makeRun({
    command: ['cat', '/made'],
    environment: { image: null, dockerfile: 'Dockerfile' },
    code: { Dockerfile: dockerfile, ...files },
  });

async function prepareAloud(run: ReturnType<typeof makeRun>): Promise<Progress[]> {
  const said: Progress[] = [];
  await executor.prepare(run.id, run.folder, {
    signal: new AbortController().signal,
    onProgress: (progress) => said.push(progress),
  });
  return said;
}

const imageOf = (run: { folder: string }) =>
  JSON.parse(fs.readFileSync(path.join(run.folder, 'container.json'), 'utf8')) as {
    image: string;
    imageId: string;
  };

describe.skipIf(!engine)('an image that is built from the code folder', () => {
  const dockerfile = `FROM ${TEST_IMAGE}\nCOPY words.txt /made\n`;

  it('is built once for the same files, and again for others', async () => {
    const run = built(dockerfile, { 'words.txt': `first ${workspaceId}` });
    const said = await prepareAloud(run);
    expect(said.map(({ message }) => message).join('\n')).toMatch(/step 2 of 3/);
    expect((await runToEnd(executor, run)).exit?.state).toBe('finished');
    expect(outputOf(run)).toBe(`first ${workspaceId}`);

    const same = built(dockerfile, { 'words.txt': `first ${workspaceId}` });
    expect((await prepareAloud(same)).map(({ message }) => message).join('\n')).not.toMatch(/step/);
    expect(imageOf(same).imageId).toBe(imageOf(run).imageId);

    const other = built(dockerfile, { 'words.txt': 'second' });
    await prepareAloud(other);
    expect(imageOf(other).imageId).not.toBe(imageOf(run).imageId);
  });

  it('does not contain, and does not depend on, what .dockerignore leaves out', async () => {
    const files = { 'words.txt': 'kept', '.dockerignore': '*.log\n!kept.log\n' };
    const text = `FROM ${TEST_IMAGE}\nCOPY . /all\nRUN ls -A /all | sort | tr '\\n' ' ' > /made\n`;
    const run = built(text, { ...files, 'noise.log': 'one', 'kept.log': 'x' });
    await runToEnd(executor, run);
    expect(outputOf(run)).toBe('.dockerignore Dockerfile kept.log words.txt ');
    const noisier = built(text, { ...files, 'noise.log': 'two', 'kept.log': 'x' });
    await prepare(executor, noisier);
    expect(imageOf(noisier).image).toBe(imageOf(run).image);
  });

  it('says which line failed, and what it said', async () => {
    const run = built(
      `FROM ${TEST_IMAGE}\n\n# a comment\nRUN echo fine\nRUN echo it is broken >&2; \\\n    exit 3\n`,
    );
    await expect(prepare(executor, run)).rejects.toMatchObject({
      code: 'ENVIRONMENT_FAILED',
      message: expect.stringMatching(/Dockerfile, line 5.*it is broken/s),
      details: { line: 5, dockerfile: 'Dockerfile', output: expect.stringContaining('it is broken') },
    });
  });

  it('is built by BuildKit where its Dockerfile needs that, and fails in the same words', async () => {
    const good = built(
      `FROM ${TEST_IMAGE}\nRUN --mount=type=cache,target=/kept echo ${workspaceId} > /made\n`,
    );
    const said = await prepareAloud(good);
    expect(said.map(({ message }) => message).join('\n')).toMatch(/step 2 of 2: RUN --mount/);
    await runToEnd(executor, good);
    expect(outputOf(good)).toBe(`${workspaceId}\n`);

    const bad = built(
      `FROM ${TEST_IMAGE}\nRUN --mount=type=cache,target=/kept echo fine\nRUN echo it is broken >&2; exit 4\n`,
    );
    await expect(prepare(executor, bad)).rejects.toMatchObject({
      code: 'ENVIRONMENT_FAILED',
      message: expect.stringMatching(/Dockerfile, line 3.*it is broken/s),
    });
  });

  it('is refused for a Dockerfile outside of the code folder or one that is not there', async () => {
    const climbing = makeRun({ environment: { image: null, dockerfile: '../launch.json' } });
    await expect(prepare(executor, climbing)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    const missing = makeRun({ environment: { image: null, dockerfile: 'Dockerfile' } });
    await expect(prepare(executor, missing)).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
  });

  it('can be cancelled while it is built', async () => {
    const run = built(`FROM ${TEST_IMAGE}\nRUN echo ${Math.random()} && sleep 60\n`);
    const cancel = new AbortController();
    const preparing = executor.prepare(run.id, run.folder, {
      signal: cancel.signal,
      onProgress: ({ message }) => {
        if (message.includes('step 2 of')) setTimeout(() => cancel.abort(), 300);
      },
    });
    await expect(preparing).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe.skipIf(!engine)('an image that is not there', () => {
  it('is loaded from its archive without a network', async () => {
    const [repo, tag] = [`lathe-archived-${process.pid}`, '1'];
    await engine!.docker.getImage(TEST_IMAGE).tag({ repo, tag });
    const archive = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-archive-')), 'image.tar');
    await pipeline(await engine!.docker.getImage(`${repo}:${tag}`).get(), fs.createWriteStream(archive));
    await engine!.docker.getImage(`${repo}:${tag}`).remove();

    const run = pythonRun(`print('from the archive')`, {
      environment: { image: `${repo}:${tag}`, imageArchive: archive },
    });
    const said = await prepareAloud(run);
    expect(said.some(({ message }) => message === 'loading image.tar')).toBe(true);
    await runToEnd(executor, run);
    expect(outputOf(run)).toBe('from the archive\n');

    const wrong = pythonRun('', { environment: { image: 'lathe-other:1', imageArchive: archive } });
    await expect(prepare(executor, wrong)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const unnamed = pythonRun('', { environment: { image: null, imageArchive: archive } });
    await prepare(executor, unnamed);
    expect(imageOf(unnamed).image).toBe(`${repo}:${tag}`);
    await engine!.docker.getImage(`${repo}:${tag}`).remove();
    fs.rmSync(path.dirname(archive), { recursive: true });
  });

  it('and whose archive is none is refused', async () => {
    const archive = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-archive-')), 'image.tar');
    fs.writeFileSync(archive, 'this is no archive'.repeat(100));
    const run = pythonRun('', { environment: { image: 'lathe-none:1', imageArchive: archive } });
    await expect(prepare(executor, run)).rejects.toMatchObject({
      code: expect.stringMatching(/DATA_MALFORMED|NOT_FOUND/),
    });
    fs.rmSync(path.dirname(archive), { recursive: true });
  });

  it('and cannot be pulled says how to bring it here', { timeout: 120_000 }, async () => {
    // Nothing listens there, whatever network this machine has.
    const run = pythonRun('', { environment: { image: '127.0.0.1:9/nobody/nothing:1' } });
    await expect(prepare(executor, run)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      nextStep: expect.stringContaining('docker save'),
    });
  });

  it('any more when the program is to start says to run it again', async () => {
    const run = makeRun({
      command: ['true'],
      environment: { image: null, dockerfile: 'Dockerfile' },
      code: { Dockerfile: `FROM ${TEST_IMAGE}\nRUN echo vanishing-${process.pid} > /made\n` },
    });
    await prepare(executor, run);
    await engine!.docker.getImage(imageOf(run).image).remove();
    await expect(executor.submit(run.id, run.folder, { gpus: [] })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    // Made ready again, it is built again.
    expect((await runToEnd(executor, run)).exit?.state).toBe('finished');
  });

  it('and has no name that could be one is refused before the engine is asked', async () => {
    const run = pythonRun('', { environment: { image: '../../containers/json?all=1' } });
    await expect(prepare(executor, run)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe.skipIf(!engine)('what a workspace left in the engine', () => {
  it('is listed with what it occupies, and nothing of others can be removed', async () => {
    const run = built(`FROM ${TEST_IMAGE}\nRUN echo leftover > /made\n`);
    await prepare(executor, run);
    const handle = await executor.submit(run.id, run.folder, { gpus: [] });
    await engine!.docker.getContainer(String(handle.container)).wait();

    const there = await executor.leftovers();
    expect(there.containers).toContainEqual(
      expect.objectContaining({ id: handle.container, run: run.id, running: false }),
    );
    const image = there.images.find(({ id }) => id === imageOf(run).imageId)!;
    expect(image.sizeBytes).toBeGreaterThan(1e6);
    expect(image.lastUsedAt).toBeGreaterThan(Date.now() - 3_600_000);

    const stranger = executorFor(engine!, { workspaceId: 'somebody-else' });
    await expect(stranger.removeLeftovers([String(handle.container)])).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    await stranger.close();
    await executor.removeLeftovers([String(handle.container), image.id]);
    const after = await executor.leftovers();
    expect(after.containers.map(({ id }) => id)).not.toContain(handle.container);
    expect(after.images.map(({ id }) => id)).not.toContain(image.id);
  });

  it('that still runs is not removed', async () => {
    const run = pythonRun('import time; time.sleep(60)');
    await prepare(executor, run);
    const handle = await executor.submit(run.id, run.folder, { gpus: [] });
    await expect(executor.removeLeftovers([String(handle.container)])).rejects.toMatchObject({
      code: 'IN_USE',
    });
    await executor.cancel(handle, run.folder, true);
    await executor.collect(handle, run.folder);
  });
});

describe.skipIf(!engine)('the check of an engine', () => {
  it('names what answers', async () => {
    const [first] = await executor.checkEngine();
    expect(first).toMatchObject({ id: 'docker', state: 'ok', nextStep: null });
    expect(first!.value).toMatch(/Docker|Podman/);
  });

  it('says how to start one that does not answer', async () => {
    const nobody = executorFor({ host: 'unix:///nowhere/docker.sock' });
    const [first] = await nobody.checkEngine();
    expect(first).toMatchObject({ state: 'missing', nextStep: expect.stringContaining('Start it') });
    const run = pythonRun('');
    await expect(prepare(nobody, run)).rejects.toMatchObject({ code: 'TARGET_FAILED' });
  });
});
