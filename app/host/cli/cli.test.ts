import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRouterClient, implement } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorTable } from '../../contract/errors.ts';
import { atOnce, unlimited } from '../../contract/execution.ts';
import { contract, type LatheClient } from '../../contract/index.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { CliWorld } from './cli.ts';
import { describeFailure } from './failure.ts';
import { runCli } from './program.ts';

const id = (digit: string) => digit.repeat(32);
const fake = implement(contract);
let folder: string;
let interruption: AbortController;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-cli-'));
  interruption = new AbortController();
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const version = {
  id: id('b'),
  datasetId: id('a'),
  datasetName: 'digits',
  version: 2,
  digest: 'c'.repeat(64),
  message: '',
  author: 'ada',
  parents: [],
  tags: {},
  aliases: ['best'],
  rows: 3,
  columns: [{ name: 'x', type: 'number' }],
  format: 'csv',
  fileColumn: null,
  labelColumn: null,
  files: 1,
  sizeBytes: 2048,
  source: 'digits.csv',
  createdAt: 1_750_000_000_000,
};

const job = (state: string, rest: object = {}) => ({
  id: id('d'),
  kind: 'dataset.import',
  title: 'Import digits',
  state,
  progress: { fraction: 0.5, message: 'hashing', rate: null, remainingMs: null },
  runId: null,
  failure: null,
  result: null,
  createdAt: 1,
  startedAt: 1,
  endedAt: null,
  ...rest,
});

const run = (status: string, rest: object = {}) => ({
  id: id('e'),
  projectId: id('1'),
  experimentId: id('2'),
  experimentName: 'digits',
  name: 'mlp-1',
  color: 1,
  status,
  template: 'mlp',
  target: 'native',
  params: { seed: 7 },
  metrics: { test_accuracy: 0.97 },
  tags: {},
  inputs: [],
  progress: { fraction: 1, message: '', rate: null, remainingMs: null },
  failure: null,
  resumable: false,
  jobId: id('d'),
  parentRunId: null,
  reproducesRunId: null,
  resources: unlimited,
  scheduling: atOnce,
  waitingFor: null,
  attempt: 1,
  gpus: [],
  checks: [],
  preflight: false,
  energy: null,
  createdAt: 1,
  startedAt: 1,
  endedAt: 2,
  durationMs: 1,
  ...rest,
});
const detail = (status: string, rest: object = {}) => ({
  ...run(status, rest),
  summary: {},
  systemMetrics: {},
  recipe: null,
  code: null,
  metricSummaries: {},
  environment: {},
  artifacts: [],
  models: [],
});

/** A client over the real contract, with the procedures that a test gives; input and output are checked by it. */
function clientOf(procedures: Record<string, Record<string, unknown>>): LatheClient {
  return createRouterClient(procedures as never, { context: {} } as never) as unknown as LatheClient;
}

async function lathe(argv: string[], client: LatheClient = clientOf({}), world: Partial<CliWorld> = {}) {
  let stdout = '';
  let stderr = '';
  let closed = 0;
  const exitCode = await runCli(argv, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env: {},
    folder,
    openSession: async () => ({
      client,
      owner: 'attached',
      busy: () => false,
      close: async () => void closed++,
    }),
    serve: async () => {
      throw new Error('not here');
    },
    interrupted: interruption.signal,
    ...world,
  });
  return { exitCode, stdout, stderr, closed };
}

describe('a command that succeeds', () => {
  const client = clientOf({
    datasets: { versions: fake.datasets.versions.handler(() => [version] as never) },
  });

  it('prints exactly one JSON document with --json', async () => {
    const { exitCode, stdout, closed } = await lathe(['data', 'log', 'digits', '--json'], client);
    expect(JSON.parse(stdout)).toEqual([version]);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect({ exitCode, closed }).toEqual({ exitCode: 0, closed: 1 });
  });

  it('prints a table for a person', async () => {
    const { stdout } = await lathe(['data', 'log', 'digits'], client);
    expect(stdout).toMatch(/^VERSION\s+IMPORTED\s+ROWS\s+SIZE\s+DIGEST/);
    expect(stdout).toContain('2.0 KB');
    expect(stdout).toContain('best');
  });
});

describe('a command that fails', () => {
  it.each(Object.keys(errorTable) as (keyof typeof errorTable)[])('ends %s with its exit code', (code) => {
    const error = new AppError(code, 'why', { nextStep: 'do this' });
    expect(describeFailure(error)).toEqual({
      document: { error: { code, message: 'why', nextStep: 'do this' } },
      exitCode: errorTable[code].exitCode,
    });
  });

  it('prints the error as one JSON document', async () => {
    const client = clientOf({
      projects: {
        get: fake.projects.get.handler(({ errors }) => {
          throw errors.NOT_FOUND({
            message: 'No project x.',
            data: { nextStep: 'lathe project list', details: {} },
          });
        }),
      },
    });
    const { exitCode, stdout, closed } = await lathe(['project', 'show', 'x', '--json'], client);
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'NOT_FOUND', message: 'No project x.', nextStep: 'lathe project list' },
    });
    expect({ exitCode, closed }).toEqual({ exitCode: 4, closed: 1 });
  });

  it.each([
    [['nonsense']],
    [['data', 'nonsense']],
    [['data', 'import', 'only-a-name']],
    [['data', 'import', 'x', 'a.csv', '--url', 'http://127.0.0.1/a.csv']],
    [['data', 'import', 'x', '--sql', 'SELECT 1']],
    [['data', 'import', 'x', '--sql', 'SELECT 1', '--from', 'access:x.mdb']],
    [['data', 'checkout', 'x', 'out', '--existing', 'merge']],
    [['data', 'files', '@3']],
    [['train', 'x.py', '--memory', 'lots']],
    [['train', 'x.py', '--cpus', '0']],
    [['train', 'x.py', '--time', 'soon']],
    [['train', 'x.py', '--at', 'teatime']],
    [['train', 'x.py', '--input', 'digits']],
    [['train', 'x.py', '--priority', 'high']],
    [['queue', 'change', 'mlp-1']],
    [['target', 'add', 'lab', '--host', 'tcp://lab:2376', '--ca', 'ca.pem']],
    [['target', 'clean', 'docker']],
    [['train', 'mlp', '--data', 'digits@not a name']],
    [['train', 'mlp', '--data', 'digits', '-p', 'seed']],
    [['serve', '--port', '70000']],
    [['model', 'register', 'digits']],
    [['endpoint', 'predict', 'digits', '--bad']],
  ])('names what does not fit in %j', async (argv) => {
    const { exitCode, stdout } = await lathe([...argv, '--json']);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'INVALID_INPUT',
      nextStep: expect.stringMatching(/./),
    });
    expect(exitCode).toBe(2);
    expect((await lathe(argv)).stderr).toMatch(/\n→ /);
  });
});

describe('lathe --help and --version', () => {
  it('open no session', async () => {
    const world = {
      openSession: async () => {
        throw new Error('opened');
      },
    };
    expect(await lathe(['--help'], undefined, world)).toMatchObject({ exitCode: 0 });
    expect((await lathe(['--version'], undefined, world)).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await lathe(['train', '--help'], undefined, world)).stdout).toContain('--follow');
  });
});

describe('lathe data import', () => {
  const started = fake.datasets.import.handler(({ input }) => {
    expect(input.source).toEqual({ kind: 'paths', paths: [path.join(folder, 'a.csv')] });
    return job('running') as never;
  });

  it('shows progress on standard error and says which version it made', async () => {
    const client = clientOf({
      datasets: { import: started },
      dataChecks: { results: fake.dataChecks.results.handler(() => []) },
      jobs: {
        watch: fake.jobs.watch.handler(async function* () {
          yield job('running') as never;
          yield job('finished', {
            result: { version, reused: false, readBytes: 2048, addedBytes: 600 },
          }) as never;
        }),
      },
    });
    const { exitCode, stdout, stderr } = await lathe(['data', 'import', 'digits', 'a.csv'], client);
    expect(stderr).toContain('Importing digits');
    expect(stdout).toBe('Imported digits@2: 3 rows, 1 column, 1 file, 2.0 KB; 600 B came onto the disk.\n');
    expect(exitCode).toBe(0);
  });

  it('cancels the import at Ctrl+C', async () => {
    let cancelled = '';
    const client = clientOf({
      datasets: { import: started },
      jobs: {
        watch: fake.jobs.watch.handler(async function* ({ signal }) {
          yield job('running') as never;
          interruption.abort();
          await new Promise((_, reject) => {
            if (signal?.aborted) reject(signal.reason);
            signal?.addEventListener('abort', () => reject(signal.reason));
          });
        }),
        cancel: fake.jobs.cancel.handler(({ input }) => {
          cancelled = input.id;
          return job('cancelled') as never;
        }),
      },
    });
    const { exitCode, stdout } = await lathe(['data', 'import', 'digits', 'a.csv', '--json'], client);
    expect(cancelled).toBe(id('d'));
    expect(JSON.parse(stdout).error.code).toBe('INTERRUPTED');
    expect(exitCode).toBe(130);
  });

  it('fails as its job failed', async () => {
    const failure = {
      code: 'DATA_MALFORMED',
      message: 'Line 3 has 4 values.',
      data: { nextStep: 'Repair it.', details: {} },
    };
    const client = clientOf({
      datasets: { import: started },
      jobs: {
        watch: fake.jobs.watch.handler(async function* () {
          yield job('failed', { failure }) as never;
        }),
      },
    });
    const { exitCode, stdout } = await lathe(['data', 'import', 'digits', 'a.csv', '--json'], client);
    expect(JSON.parse(stdout).error).toEqual({
      code: 'DATA_MALFORMED',
      message: 'Line 3 has 4 values.',
      nextStep: 'Repair it.',
    });
    expect(exitCode).toBe(8);
  });
});

describe('lathe train', () => {
  const training = {
    start: fake.training.start.handler(({ input }) => {
      expect(input).toMatchObject({
        template: 'mlp',
        data: { dataset: 'digits', version: 2 },
        params: { hidden: '256,128', target: 'label' },
      });
      return run('queued') as never;
    }),
  };
  const argv = ['train', 'mlp', '--data', 'digits@2', '-p', 'hidden=256,128', '-p', 'target=label', '--json'];

  it('prints the run as soon as it is durable', async () => {
    const { exitCode, stdout } = await lathe(argv, clientOf({ training }));
    expect(JSON.parse(stdout)).toMatchObject({ id: id('e'), status: 'queued' });
    expect(exitCode).toBe(0);
  });

  it.each([
    ['finished', null, 0],
    [
      'failed',
      { code: 'TRAINING_IMPOSSIBLE', message: 'One class.', data: { nextStep: 'x', details: {} } },
      8,
    ],
    ['cancelled', null, 130],
  ])('with --follow ends by printing the run that %s', async (status, failure, exitCode) => {
    const client = clientOf({
      training,
      jobs: {
        watch: fake.jobs.watch.handler(async function* () {
          yield job(status, { kind: 'run' }) as never;
        }),
      },
      runs: { get: fake.runs.get.handler(() => detail(status, { failure }) as never) },
    });
    const followed = await lathe([...argv, '--follow'], client);
    expect(JSON.parse(followed.stdout)).toMatchObject({
      id: id('e'),
      status,
      metrics: { test_accuracy: 0.97 },
    });
    expect(followed.exitCode).toBe(exitCode);
  });
});

describe('lathe run metrics', () => {
  it('prints every point, however many pages they take', async () => {
    const all = Array.from({ length: 5 }, (_, step) => ({
      key: 'loss',
      step,
      timeMs: step,
      value: 1 / (step + 1),
    }));
    const client = clientOf({
      runs: {
        get: fake.runs.get.handler(() => detail('finished') as never),
        points: fake.runs.points.handler(({ input }) => ({
          points: all.slice(input.offset, input.offset + 2),
          total: 5,
        })),
      },
    });
    const { stdout } = await lathe(['run', 'metrics', 'mlp-1', '--json'], client);
    expect(JSON.parse(stdout)).toEqual({ id: id('e'), points: all });
  });
});
