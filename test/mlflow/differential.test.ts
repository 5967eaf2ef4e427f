import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  clientVariables,
  mlflowPackage,
  type ServedTracking,
  serveWorkspace,
  startMlflowServer,
} from '../support/mlflow-servers.ts';
import { pythonWith } from '../support/python.ts';

/**
 * The same random calls to MLflow's own server and to Lathe, answer by answer. LATHE_MLFLOW_SEED and LATHE_MLFLOW_STEPS choose
 * another or a longer sequence; every step is a call to each, and a search up to three.
 */
const SEED = process.env.LATHE_MLFLOW_SEED ?? '20260601';
const STEPS = process.env.LATHE_MLFLOW_STEPS ?? '1800';

const script = path.join(import.meta.dirname, 'differential.py');
const accepted = path.join(import.meta.dirname, 'accepted-differences.json');

interface Comparison {
  readonly calls: Readonly<Record<string, number>>;
  readonly accepted: Readonly<Record<string, number>>;
  readonly seconds: Readonly<Record<string, number>>;
  readonly differences: readonly unknown[];
}

const python = await pythonWith([mlflowPackage]);

describe.skipIf(python === null)("Lathe beside MLflow's own server", () => {
  let workspace: string;
  let real: ServedTracking;
  let lathe: ServedTracking;

  beforeAll(async () => {
    workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-differential-'));
    [real, lathe] = await Promise.all([startMlflowServer(python!), serveWorkspace(workspace)]);
  });
  afterAll(async () => {
    await Promise.all([real?.stop(), lathe?.stop()]);
    fs.rmSync(workspace, { recursive: true, force: true });
  });

  it('answers every call of a random sequence alike, but for the differences that are listed with a reason', {
    timeout: 15 * 60_000,
  }, async () => {
    const { stdout } = await promisify(execFile)(
      python!,
      [script, real.url, lathe.url, SEED, STEPS, accepted],
      {
        env: { ...clientVariables(lathe), MLFLOW_HTTP_REQUEST_MAX_RETRIES: '1' },
        maxBuffer: 64 * 2 ** 20,
      },
    );
    const found: Comparison = JSON.parse(stdout);
    const { calls, accepted: met, seconds } = found;
    console.info(`seed ${SEED}: ${JSON.stringify({ calls, met, seconds })}`);
    expect(found.differences).toEqual([]);
    expect(Object.values(found.calls).reduce((sum, count) => sum + count, 0)).toBe(Number(STEPS));
  });

  it('has a reason for every difference that is accepted', () => {
    const entries: { name: string; reason: string }[] = JSON.parse(fs.readFileSync(accepted, 'utf8'));
    expect(entries.length).toBeLessThan(15);
    for (const { name, reason } of entries) expect(reason.length, name).toBeGreaterThan(30);
  });
});
