import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';
import type { RunId } from '../../app/contract/ids.ts';
import { createDockerExecutor, type DockerExecutor } from '../../app/executors/docker/docker.executor.ts';
import { type EngineAddress, engineAddress } from '../../app/executors/docker/engine-address.ts';
import type { Grant, JobHandle } from '../../app/executors/executor.ts';
import type { LaunchSpec } from '../../app/kernel/ports/launch.ts';
import { type ExitSentinel, exitSentinel } from '../../app/kernel/ports/run-journal.ts';
import { TEST_IMAGE, type TestEngine } from '../support/docker-engine.ts';
import { MemoryLog } from '../support/memory-log.ts';

/** A user who is neither root nor known to any image. */
export const somebody = { uid: 1234, gid: 1234 };
export const sdk = path.resolve(import.meta.dirname, '../../resources/sdk/python');
const nothing: Grant = { gpus: [] };

/** Everything that the tests of a file make on the disk. */
let made: string | null = null;
afterAll(() => {
  if (made !== null) fs.rmSync(made, { recursive: true, force: true });
});

function newFolder(name: string): string {
  if (made === null) {
    made = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-containers-'));
    fs.chmodSync(made, 0o755);
  }
  return fs.mkdtempSync(path.join(made, `${name}-`));
}

export const testLog = new MemoryLog();

export function executorFor(
  engine: Pick<TestEngine, 'host'>,
  given: { workspaceId?: string; address?: Partial<EngineAddress>; user?: typeof somebody | null } = {},
): DockerExecutor {
  return createDockerExecutor({
    engine: engineAddress.parse({ host: engine.host, ...given.address }),
    workspaceId: given.workspaceId ?? 'test-workspace',
    sdk,
    user: given.user === undefined ? somebody : given.user,
    log: testLog,
  });
}

type Changes = Partial<Omit<LaunchSpec, 'environment' | 'resources'>> & {
  environment?: Partial<LaunchSpec['environment']>;
  resources?: Partial<LaunchSpec['resources']>;
  code?: Readonly<Record<string, string>>;
};

/** A run folder as domains/training makes it, owned by `somebody`. */
export function makeRun(changes: Changes = {}): { id: RunId; folder: string } {
  const id = crypto.randomBytes(16).toString('hex') as RunId;
  const folder = newFolder('run');
  for (const name of ['code', 'inputs', 'journal', 'outputs', 'checkpoint'])
    fs.mkdirSync(path.join(folder, name));
  const { environment, resources, code, ...rest } = changes;
  const launch: LaunchSpec = {
    version: 1,
    runId: id,
    runName: 'a run',
    project: 'tests',
    experiment: 'docker',
    command: ['python3', 'main.py'],
    params: {},
    variables: {},
    inputs: [],
    outputs: [],
    resume: false,
    preflight: false,
    ...rest,
    environment: {
      ...{ python: null, requirements: null, systemPackages: false, network: false },
      ...{ image: TEST_IMAGE, dockerfile: null, imageArchive: null },
      ...environment,
    },
    resources: {
      ...{ cpus: null, memoryBytes: null, gpus: 0, shareGpus: false, shmBytes: null, timeLimitMs: null },
      ...resources,
    },
  };
  fs.writeFileSync(path.join(folder, 'launch.json'), JSON.stringify(launch));
  fs.writeFileSync(path.join(folder, 'params.json'), JSON.stringify(launch.params));
  for (const [name, text] of Object.entries(code ?? {}))
    fs.writeFileSync(path.join(folder, 'code', name), text);
  fs.chmodSync(folder, 0o755);
  giveAway(folder);
  return { id, folder };
}

/** A run of these lines of Python. */
export function pythonRun(program: string, changes: Changes = {}): { id: RunId; folder: string } {
  return makeRun({ ...changes, code: { 'main.py': program, ...changes.code } });
}

/** A folder of data, as a checked-out data set. */
export function makeData(files: Readonly<Record<string, string>>): string {
  const folder = newFolder('data');
  for (const [name, text] of Object.entries(files)) {
    fs.writeFileSync(path.join(folder, name), text);
    // Open to everybody, so that only the mount keeps a program from writing.
    fs.chmodSync(path.join(folder, name), 0o666);
  }
  fs.chmodSync(folder, 0o777);
  return folder;
}

function giveAway(place: string): void {
  if (process.getuid?.() !== 0) return;
  fs.lchownSync(place, somebody.uid, somebody.gid);
  if (fs.lstatSync(place).isDirectory())
    for (const name of fs.readdirSync(place)) giveAway(path.join(place, name));
}

export async function prepare(executor: DockerExecutor, run: { id: RunId; folder: string }): Promise<void> {
  await executor.prepare(run.id, run.folder, {
    signal: AbortSignal.timeout(300_000),
    onProgress: () => undefined,
  });
}

export async function begin(
  executor: DockerExecutor,
  run: { id: RunId; folder: string },
  grant: Grant = nothing,
): Promise<JobHandle> {
  await prepare(executor, run);
  return executor.submit(run.id, run.folder, grant);
}

/** Look at a run as the core does until it has ended. */
export async function watch(
  executor: DockerExecutor,
  handle: JobHandle,
  folder: string,
): Promise<ExitSentinel | null> {
  while ((await executor.observe(handle, folder)) === 'running') await sleep(50);
  const text = await fs.promises.readFile(path.join(folder, 'exit.json'), 'utf8').catch(() => null);
  return text === null ? null : exitSentinel.parse(JSON.parse(text));
}

export async function runToEnd(executor: DockerExecutor, run: { id: RunId; folder: string }) {
  const handle = await begin(executor, run);
  const exit = await watch(executor, handle, run.folder);
  return { handle, exit, evidence: await executor.collect(handle, run.folder) };
}

/** Wait until something is so, looking often. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  limitMs = 60_000,
): Promise<void> {
  for (const end = Date.now() + limitMs; !(await isSo()); ) {
    if (Date.now() > end) throw new Error(`it did not come about: ${what}`);
    await sleep(50);
  }
}

export const outputOf = (run: { folder: string }, name = 'stdout.log') =>
  fs.existsSync(path.join(run.folder, name)) ? fs.readFileSync(path.join(run.folder, name), 'utf8') : '';

export const sizeOf = (run: { folder: string }, name: string) =>
  fs.statSync(path.join(run.folder, name), { throwIfNoEntry: false })?.size ?? 0;
