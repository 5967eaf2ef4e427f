import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../native/sqlite/open-database.ts';
import { type LatheProcess, lathe, latheJson, startLathe } from '../support/lathe-process.ts';

const digits = path.join(import.meta.dirname, '../../resources/sample/digits/digits.csv');

let workspace: string;
let hosts: LatheProcess[];

async function host(...args: string[]): Promise<LatheProcess> {
  const started = startLathe(['serve', '--port', '0', '--inference-port', '0', ...args], workspace);
  hosts.push(started);
  await started.said(/http:\/\/127\.0\.0\.1:\d+/);
  return started;
}

async function end(started: LatheProcess, signal: NodeJS.Signals): Promise<void> {
  started.child.kill(signal);
  await started.finished;
}

/** Enough for several checkpoints, one every two seconds, on a fast machine too. */
const EPOCHS = 3000;

/** A run long enough to be interrupted: small steps, no early stop. */
const longRun = [
  'train',
  'mlp',
  '--data',
  'digits',
  '-p',
  `epochs=${EPOCHS}`,
  '-p',
  'patience=0',
  '-p',
  'hidden=64',
];

async function runIs(id: string, ...statuses: string[]) {
  for (let tries = 0; tries < 240; tries++) {
    const run = await latheJson(['run', 'show', id], workspace);
    if (statuses.includes(run.status)) return run;
    if (run.endedAt !== null) throw new Error(`the run is ${run.status}: ${JSON.stringify(run.failure)}`);
    await delay(250);
  }
  throw new Error(`the run did not become ${statuses.join(' or ')}`);
}

beforeEach(() => {
  workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-host-'));
  hosts = [];
});
afterEach(async () => {
  for (const started of hosts) if (started.child.exitCode === null) await end(started, 'SIGKILL');
  fs.rmSync(workspace, { recursive: true, force: true });
});

describe('a workspace and its owner', () => {
  it('is refused to a second host, which names the first and the cure', async () => {
    const first = await host();
    const second = await lathe(['serve', '--port', '0', '--json'], workspace);
    const { error } = JSON.parse(second.stdout);
    expect(error).toMatchObject({ code: 'WORKSPACE_LOCKED' });
    expect(error.message).toContain(String(first.child.pid));
    expect(second.code).toBe(6);
  });

  it('is shared with commands, through the owner', async () => {
    await host();
    await lathe(['data', 'import', 'digits', digits], workspace);
    const [listed] = await latheJson(['data', 'list'], workspace);
    expect(listed.name).toBe('digits');
  });

  it('is sorted out among commands that come at the same moment', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const outcomes = await Promise.all(names.map((name) => lathe(['project', 'create', name], workspace)));
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    const projects = await latheJson(['project', 'list'], workspace);
    expect(projects.map((project: { name: string }) => project.name).sort()).toEqual([
      'a',
      'b',
      'c',
      'd',
      'default',
    ]);
  });

  it('is free again when its owner was killed', async () => {
    await end(await host(), 'SIGKILL');
    expect((await lathe(['project', 'list'], workspace)).code).toBe(0);
  });

  it('made by a newer Lathe is left as it is', async () => {
    await lathe(['project', 'list'], workspace);
    const database = openDatabase(path.join(workspace, 'lathe.db'));
    database.exec('PRAGMA user_version = 900');
    database.close();
    const { code, stdout } = await lathe(['project', 'list', '--json'], workspace);
    expect(JSON.parse(stdout).error.code).toBe('WORKSPACE_TOO_NEW');
    expect(code).toBe(6);
  });

  it('keeps its token to the user, and nobody else can look into its folders', async () => {
    await lathe(['project', 'list'], workspace);
    const mode = (name: string) => fs.statSync(path.join(workspace, name)).mode & 0o777;
    expect(mode('auth/token').toString(8)).toBe('600');
    expect(mode('auth').toString(8)).toBe('700');
  });

  it('says which port is taken, and what to pass instead', async () => {
    const first = await host();
    const [, port] = await first.said(/127\.0\.0\.1:(\d+)/);
    const other = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-host-'));
    const { stdout, code } = await lathe(['serve', '--port', port!, '--json'], other);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'PORT_TAKEN',
      nextStep: expect.stringContaining('--port'),
    });
    expect(code).toBe(7);
    fs.rmSync(other, { recursive: true, force: true });
  });
});

describe('training and the host that leaves it', () => {
  it('goes on when no host is there, and is taken up with nothing missed', async () => {
    await lathe(['data', 'import', 'digits', digits], workspace);
    const started = await latheJson(longRun, workspace);
    expect(['queued', 'running']).toContain(started.status);
    const run = await runIs(started.id, 'finished');
    const { points } = await latheJson(['run', 'metrics', started.id], workspace);
    const epochs = points.filter((point: { key: string }) => point.key === 'val_loss');
    expect(epochs).toHaveLength(EPOCHS);
    expect(new Set(epochs.map((point: { step: number }) => point.step)).size).toBe(EPOCHS);
    expect(run.artifacts.map((artifact: { path: string }) => artifact.path).sort()).toEqual([
      'model.onnx',
      'split.json',
    ]);
  });

  it('survives a host that is killed in the middle, whose successor takes it up', async () => {
    const first = await host();
    await lathe(['data', 'import', 'digits', digits], workspace);
    const { id } = await latheJson(longRun, workspace);
    await runIs(id, 'running');
    await end(first, 'SIGKILL');
    await host();
    await runIs(id, 'finished');
    const { points } = await latheJson(['run', 'metrics', id], workspace);
    const steps = points
      .filter((point: { key: string }) => point.key === 'val_loss')
      .map((point: { step: number }) => point.step);
    expect(steps).toHaveLength(EPOCHS);
    expect([...steps].sort((a, b) => a - b)).toEqual(steps);
  });

  it('is called lost when its process is killed, and resumed ends with the metrics of a run left alone', async () => {
    await host();
    await lathe(['data', 'import', 'digits', digits], workspace);
    const whole = await latheJson([...longRun, '--name', 'whole', '--follow'], workspace);
    const { id } = await latheJson([...longRun, '--name', 'hurt'], workspace);
    const folder = path.join(workspace, 'runs', id);
    while (!fs.existsSync(path.join(folder, 'checkpoint', 'state.bin'))) {
      expect(fs.existsSync(path.join(folder, 'exit.json'))).toBe(false);
      await delay(50);
    }
    process.kill(JSON.parse(fs.readFileSync(path.join(folder, 'process.json'), 'utf8')).pid, 'SIGKILL');
    const lost = await runIs(id, 'lost');
    expect(lost.resumable).toBe(true);
    await lathe(['run', 'resume', id], workspace);
    const resumed = await runIs(id, 'finished');
    expect(resumed.metrics).toEqual(whole.metrics);
    const { points } = await latheJson(['run', 'metrics', id], workspace);
    const keys = points.map((point: { key: string; step: number }) => `${point.key} ${point.step}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('stops when it is cancelled and can be resumed', async () => {
    await host();
    await lathe(['data', 'import', 'digits', digits], workspace);
    const { id } = await latheJson(longRun, workspace);
    await runIs(id, 'running');
    await lathe(['run', 'cancel', id], workspace);
    const cancelled = await runIs(id, 'cancelled');
    expect(cancelled.failure).toBeNull();
    await lathe(['run', 'resume', id], workspace);
    await runIs(id, 'running');
    await lathe(['run', 'cancel', id], workspace);
    await runIs(id, 'cancelled');
  });
});

describe('the demo, run twice', () => {
  it('uses the data set version that is there, and says so', async () => {
    const once = await latheJson(['demo', '--exit'], workspace);
    const twice = await latheJson(['demo', '--exit'], workspace);
    expect([once.dataset.reused, twice.dataset.reused]).toEqual([false, true]);
    expect(twice.dataset).toMatchObject({ version: 1, digest: once.dataset.digest });
    // The same seed and data: the same accuracy, to the last digit.
    const accuracies = (document: typeof once) =>
      document.runs.map((run: { testAccuracy: number }) => run.testAccuracy);
    expect(accuracies(twice)).toEqual(accuracies(once));
    expect(Math.max(...accuracies(once))).toBeGreaterThan(0.95);
    const spoken = await lathe(['demo', '--exit'], workspace);
    expect(spoken.stdout + spoken.stderr).toContain('version 1 is used again');
  });
});

describe('the demo, interrupted at any moment', () => {
  it.each([200, 450, 800, 1300, 1750, 2400])(
    'after %d ms leaves a workspace that is whole and goes on',
    async (ms) => {
      const demo = startLathe(
        ['demo', '--exit', '--json', '--port', '0', '--inference-port', '0'],
        workspace,
      );
      await delay(ms);
      demo.child.kill(ms % 100 === 0 ? 'SIGINT' : 'SIGKILL');
      await demo.finished;
      const document = await latheJson(['demo', '--exit', '--port', '0', '--inference-port', '0'], workspace);
      expect(document.predictions).toHaveLength(10);
      expect(document.dataset).toMatchObject({ version: 1, rows: 1797 });
      const { ok } = await latheJson(['events', '--verify'], workspace);
      expect(ok).toBe(true);
      const runs = await latheJson(['run', 'list'], workspace);
      for (const run of runs.runs) expect(['finished', 'cancelled', 'lost', 'failed']).toContain(run.status);
    },
  );
});
