import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunId } from '../../app/contract/ids.ts';
import { createModels } from '../../app/domains/models/index.ts';
import { createProjects } from '../../app/domains/projects/index.ts';
import { createServing, type Serving } from '../../app/domains/serving/index.ts';
import { createObjectStore } from '../../app/storage/object-store.ts';
import { createHashing } from '../../native/hashing/blake3.ts';
import { createModelInspector } from '../../native/inference/model-inspector.ts';
import { createForkStarter } from '../support/fork-starter.ts';
import { identityModel, scalingModel } from '../support/onnx-models.ts';
import { testCore } from '../support/test-core.ts';

const TOKEN = 'secret-of-the-test';

function setUp(root: string, port = 0) {
  const core = testCore(root);
  const starter = createForkStarter();
  const objects = createObjectStore(core.folders, createHashing());
  const projects = createProjects(core);
  const sources = {
    detail(): never {
      throw new Error('no runs here');
    },
  };
  const uploads = { path: () => path.join(root, 'none') };
  const models = createModels(core, {
    objects,
    inspector: createModelInspector(starter),
    projects,
    sources,
    uploads,
    folder: () => null,
  });
  const settings = () => ({ inferencePort: port });
  const serving = createServing(core, {
    models,
    objects,
    starter,
    projects,
    settings,
    token: () => TOKEN,
    latheVersion: '0.0.0',
  });
  return { core, starter, models, serving, projects, objects };
}

let root: string;
let parts: ReturnType<typeof setUp>;
let serving: Serving;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-serving-'));
  parts = setUp(root);
  serving = parts.serving;
});
afterEach(async () => {
  await serving.close();
  parts.starter.killAll();
  parts.core.database.close();
  fs.rmSync(root, { recursive: true, force: true });
});

async function register(name: string, content: Uint8Array) {
  const file = path.join(root, 'given.onnx');
  fs.writeFileSync(file, content);
  return parts.models.register({ name, source: { kind: 'path', path: file } });
}

const input = (...data: number[]) => [
  { name: 'x', datatype: 'FP32' as const, shape: [data.length / 3, 3], data },
];
const predict = async (endpoint: string, ...data: number[]) =>
  (await serving.predict({ endpoint, inputs: input(...data) })).outputs[0]!.data;
const modelWorkers = () =>
  parts.starter.started.filter(({ entry, args }) => entry === 'model' && args[0] === 'serve');
const eventKinds = () =>
  parts.core.events
    .list({ limit: 50 })
    .map(({ kind }) => kind)
    .filter((kind) => kind.startsWith('endpoint'))
    .reverse();

describe('an endpoint', () => {
  it('answers when start returns, under the name of its model', async () => {
    await register('double', scalingModel(2));
    const endpoint = await serving.start({ model: 'double' });
    expect(endpoint).toMatchObject({ name: 'double', state: 'serving', modelVersion: 1, failure: null });
    expect(endpoint.url).toBe(`${serving.baseUrl()}/v2/models/double/infer`);
    const answer = await serving.predict({ endpoint: 'double', inputs: input(1, 2, 3) });
    expect(answer).toMatchObject({
      outputs: [{ name: 'y', datatype: 'FP32', shape: [1, 3], data: [2, 4, 6] }],
      modelMs: expect.any(Number),
    });
  });

  it('keeps 64-bit integers whole through predict', async () => {
    await register('same', identityModel('INT64'));
    await serving.start({ model: 'same' });
    const inputs = [
      {
        name: 'x',
        datatype: 'INT64' as const,
        shape: [1, 3],
        data: ['9223372036854775807', 7, '-9007199254740993'],
      },
    ];
    expect((await serving.predict({ endpoint: 'same', inputs })).outputs[0]?.data).toEqual([
      '9223372036854775807',
      7,
      '-9007199254740993',
    ]);
  });

  it('counts what it answers', async () => {
    await register('double', scalingModel(2));
    const { id } = await serving.start({ model: 'double' });
    await predict('double', 1, 2, 3);
    await expect(
      serving.predict({ endpoint: 'double', inputs: [{ ...input(1, 2, 3)[0]!, shape: [1, 4] }] }),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('"x"') });
    const stats = await serving.stats(id);
    expect(stats).toMatchObject({
      requests: 2,
      failed: 1,
      p50Ms: expect.any(Number),
      recent: [{ status: 400 }, { status: 200, call: 'infer', shape: [1, 3], result: '1 row' }],
    });
    expect(stats.perMinute).toHaveLength(60);
    expect(stats.perMinute.at(-1)).toBe(2);
    await expect.poll(async () => (await serving.stats(id)).workerMemoryBytes).toBeGreaterThan(1_000_000);
  });

  it('tells watchers of its counts', async () => {
    await register('double', scalingModel(2));
    const { id } = await serving.start({ model: 'double' });
    const stop = new AbortController();
    const seen: number[] = [];
    for await (const { requests } of serving.watchStats(id, stop.signal)) {
      seen.push(requests);
      if (requests === 0 && seen.length === 1) await predict('double', 1, 2, 3);
      if (requests === 1) break;
    }
    expect([seen[0], seen.at(-1)]).toEqual([0, 1]);
  });

  it('gives its workers no secret', async () => {
    await register('double', scalingModel(2));
    await serving.start({ model: 'double' });
    for (const { args, environment } of parts.starter.started) {
      expect(JSON.stringify([args, environment])).not.toContain(TOKEN);
    }
  });

  it('stops, is removed, and is found no more', async () => {
    await register('double', scalingModel(2));
    await serving.start({ model: 'double', name: 'two' });
    await expect(serving.remove(undefined, 'two')).rejects.toMatchObject({ code: 'IN_USE' });
    expect(await serving.stop(undefined, 'two')).toMatchObject({ state: 'stopped' });
    await expect(serving.predict({ endpoint: 'two', inputs: input(1, 2, 3) })).rejects.toMatchObject({
      code: 'NOT_READY',
    });
    await expect.poll(() => isRunning(modelWorkers()[0]!.pid)).toBe(false);
    await serving.remove(undefined, 'two');
    expect(() => serving.get(undefined, 'two')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(eventKinds()).toEqual([
      'endpoint.created',
      'endpoint.started',
      'endpoint.stopped',
      'endpoint.removed',
    ]);
  });

  it('has a name of its own in the whole workspace', async () => {
    await register('double', scalingModel(2));
    await serving.start({ model: 'double' });
    parts.projects.create('other');
    parts.projects.use('other');
    await register('double', scalingModel(3));
    await expect(serving.start({ model: 'double' })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(await serving.start({ model: 'double', name: 'triple' })).toMatchObject({ state: 'serving' });
  });
});

describe('switching an endpoint to another version', () => {
  it('loses no request', async () => {
    await register('scale', scalingModel(2));
    await serving.start({ model: 'scale' });
    await register('scale', scalingModel(3));
    const answers: unknown[] = [];
    let switched = false;
    const load = (async () => {
      while (!switched) answers.push((await predict('scale', 1, 1, 1))[0]);
      answers.push((await predict('scale', 1, 1, 1))[0]);
    })();
    expect(await serving.start({ model: 'scale@2' })).toMatchObject({ modelVersion: 2, state: 'serving' });
    switched = true;
    await load;
    expect(new Set(answers)).toEqual(new Set([2, 3]));
    expect(answers.at(-1)).toBe(3);
    await expect.poll(() => isRunning(modelWorkers()[0]!.pid)).toBe(false);
    expect(eventKinds()).toEqual(['endpoint.created', 'endpoint.started', 'endpoint.switched']);
  });

  it('leaves the old version serving when the new one is damaged', async () => {
    await register('scale', scalingModel(2));
    await serving.start({ model: 'scale' });
    const broken = await register('scale', scalingModel(3));
    damage(parts.objects.path(broken.digest));
    await expect(serving.start({ model: 'scale@2' })).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(serving.get(undefined, 'scale')).toMatchObject({ state: 'serving', modelVersion: 1 });
    expect(await predict('scale', 1, 2, 3)).toEqual([2, 4, 6]);
  });
});

describe('an endpoint whose worker dies', () => {
  it('is started again and answers', async () => {
    await register('double', scalingModel(2));
    await serving.start({ model: 'double' });
    process.kill(modelWorkers()[0]!.pid, 'SIGKILL');
    await expect.poll(() => eventKinds().at(-1), { timeout: 10_000 }).toBe('endpoint.restarted');
    expect(serving.get(undefined, 'double').state).toBe('serving');
    expect(await predict('double', 1, 2, 3)).toEqual([2, 4, 6]);
  });

  it('again and again, has failed, with the reason', async () => {
    await register('double', scalingModel(2));
    const { id } = await serving.start({ model: 'double' });
    const { digest } = parts.models.version(undefined, 'double');
    // Gone from the store, so that no new worker can load it.
    fs.rmSync(parts.objects.path(digest));
    process.kill(modelWorkers()[0]!.pid, 'SIGKILL');
    await expect.poll(() => serving.get(undefined, 'double').state, { timeout: 15_000 }).toBe('failed');
    expect(serving.get(undefined, 'double').failure).toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining('4 times'),
    });
    await expect(serving.predict({ endpoint: id, inputs: input(1, 2, 3) })).rejects.toMatchObject({
      code: 'NOT_READY',
    });
  });
});

it('a server that dies comes back with every endpoint', async () => {
  await register('double', scalingModel(2));
  await serving.start({ model: 'double' });
  await serving.start({ model: 'double', name: 'other' });
  process.kill(parts.starter.started.find(({ entry }) => entry === 'inference-server')!.pid, 'SIGKILL');
  await expect
    .poll(() => eventKinds().filter((kind) => kind === 'endpoint.restarted').length, { timeout: 10_000 })
    .toBe(2);
  expect(await predict('double', 1, 2, 3)).toEqual([2, 4, 6]);
  expect(await predict('other', 1, 2, 3)).toEqual([2, 4, 6]);
});

it('a host that starts brings back what served, and leaves alone what was stopped', async () => {
  await register('double', scalingModel(2));
  await serving.start({ model: 'double' });
  await serving.start({ model: 'double', name: 'idle' });
  await serving.stop(undefined, 'idle');
  await serving.close();
  parts.starter.killAll();
  parts.core.database.close();
  parts = setUp(root);
  serving = parts.serving;
  expect(serving.get(undefined, 'double').state).toBe('stopped');
  serving.restore();
  expect(serving.get(undefined, 'double').state).toBe('starting');
  await expect.poll(() => serving.get(undefined, 'double').state, { timeout: 10_000 }).toBe('serving');
  expect(serving.get(undefined, 'idle').state).toBe('stopped');
  expect(await predict('double', 1, 2, 3)).toEqual([2, 4, 6]);
});

it('a port that is taken is named, with the cure, and can be tried again', async () => {
  const squatter = net.createServer();
  await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
  const { port } = squatter.address() as net.AddressInfo;
  await serving.close();
  parts.core.database.close();
  parts = setUp(root, port);
  serving = parts.serving;
  await register('double', scalingModel(2));
  await expect(serving.start({ model: 'double' })).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    message: expect.stringContaining(String(port)),
    nextStep: expect.stringContaining(String(port)),
  });
  expect(serving.get(undefined, 'double')).toMatchObject({
    state: 'failed',
    url: null,
    failure: { code: 'PORT_TAKEN' },
  });
  await new Promise((resolve) => squatter.close(resolve));
  expect(await serving.start({ model: 'double' })).toMatchObject({
    state: 'serving',
    baseUrl: `http://127.0.0.1:${port}`,
    failure: null,
  });
});

describe('the registry', () => {
  it('inspects before it registers: a broken file leaves nothing behind', async () => {
    await expect(register('broken', Buffer.from('no model'))).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      details: { path: path.join(root, 'given.onnx') },
    });
    expect(parts.models.list()).toEqual([]);
    await expect(
      parts.models.register({ name: 'm', source: { kind: 'path', path: path.join(root, 'absent.onnx') } }),
    ).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
  });

  it('numbers versions, moves aliases, and reads name, name@version and name@alias', async () => {
    const first = await register('scale', scalingModel(2));
    const second = await register('scale', scalingModel(3));
    expect([first.version, second.version]).toEqual([1, 2]);
    expect((await register('scale', scalingModel(3))).id).toBe(second.id);
    parts.models.setAlias(undefined, 'scale', 'champion', 1);
    expect(parts.models.version(undefined, 'scale@champion').version).toBe(1);
    parts.models.setAlias(undefined, 'scale', 'champion', 2);
    expect(parts.models.version(undefined, 'scale@champion')).toMatchObject({
      version: 2,
      aliases: ['champion'],
    });
    expect(parts.models.version(undefined, 'scale').version).toBe(2);
    expect(parts.models.version(undefined, `${first.modelId}@1`).version).toBe(1);
    expect(parts.models.get(undefined, 'scale')).toMatchObject({
      versions: 2,
      aliases: { champion: 2 },
      allVersions: [{ version: 2 }, { version: 1 }],
    });
    expect(parts.models.removeAlias(undefined, 'scale', 'champion').aliases).toEqual({});
    const moves = parts.core.events.list({ limit: 10 }).filter(({ kind }) => kind === 'model.alias-set');
    expect(moves.map(({ data }) => [data.from, data.version])).toEqual([
      [1, 2],
      [null, 1],
    ]);
  });

  it.each(['none', 'scale@9', 'scale@nobody'])('does not know %s', async (ref) => {
    await register('scale', scalingModel(2));
    expect(() => parts.models.version(undefined, ref)).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
  });

  it.each(['@1', 'scale@', 'scale@0', 'scale@UPPER'])('does not understand %s', async (ref) => {
    expect(() => parts.models.version(undefined, ref)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    );
  });

  it("takes a run's model with its metrics, once", async () => {
    const { objects } = parts;
    const file = path.join(root, 'run.onnx');
    fs.writeFileSync(file, scalingModel(5));
    const { digest, sizeBytes } = await objects.put({ path: file });
    const id = 'a'.repeat(32) as RunId;
    const run = {
      id,
      name: 'calm-otter',
      status: 'finished',
      metrics: { test_accuracy: 0.97 },
      artifacts: [{ id: 'b'.repeat(32), path: 'model.onnx', digest, sizeBytes }],
    };
    const sources = { detail: () => run as never };
    const models = createModels(parts.core, {
      objects,
      inspector: createModelInspector(parts.starter),
      projects: parts.projects,
      sources,
      uploads: { path: () => '' },
      folder: () => null,
    });
    const made = await models.register({
      name: 'digits',
      source: { kind: 'run', run: id },
      alias: 'champion',
    });
    expect(made).toMatchObject({
      version: 1,
      runId: id,
      runName: 'calm-otter',
      metrics: { test_accuracy: 0.97 },
      aliases: ['champion'],
    });
    expect((await models.register({ name: 'digits', source: { kind: 'run', run: id } })).id).toBe(made.id);
    expect(Buffer.from(await models.bytes(made.id, 4, 10))).toEqual(
      Buffer.from(scalingModel(5)).subarray(4, 14),
    );
    run.artifacts = [];
    await expect(models.register({ name: 'digits', source: { kind: 'run', run: id } })).rejects.toMatchObject(
      { code: 'NOT_FOUND' },
    );
  });
});

/** Flip one bit in the middle. */
function damage(file: string): void {
  const bytes = fs.readFileSync(file);
  bytes[bytes.byteLength >> 1]! ^= 1;
  fs.rmSync(file);
  fs.writeFileSync(file, bytes);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
