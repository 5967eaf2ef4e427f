import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunDetail } from '../../app/contract/runs.contract.ts';
import { latheJson } from '../support/lathe-process.ts';
import {
  clientVariables,
  mlflowPackage,
  type ServedTracking,
  serveWorkspace,
} from '../support/mlflow-servers.ts';
import { pythonWith, torchPython } from '../support/python.ts';

const script = path.join(import.meta.dirname, 'autolog.py');

let workspace: string;
let lathe: ServedTracking;

beforeAll(async () => {
  workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-autolog-'));
  lathe = await serveWorkspace(workspace);
});
afterAll(async () => {
  await lathe?.stop();
  fs.rmSync(workspace, { recursive: true, force: true });
});

/** Run one of the programs against Lathe with the two variables that a user sets, and read its run back. */
async function logged(python: string, which: string): Promise<RunDetail> {
  const scratch = fs.mkdtempSync(path.join(workspace, 'program-'));
  const { stdout } = await promisify(execFile)(python, [script, which, scratch], {
    cwd: scratch,
    env: { ...clientVariables(lathe), KERAS_BACKEND: 'jax', HF_HUB_OFFLINE: '1', MPLBACKEND: 'Agg' },
    maxBuffer: 16 * 2 ** 20,
    timeout: 10 * 60_000,
  }).catch((error: Error & { stderr?: string }) => {
    throw new Error(`${which} failed: ${error.stderr?.slice(-3000) ?? error.message}`);
  });
  return latheJson(['run', 'show', stdout.trim().split('\n').at(-1)!], workspace);
}

const paths = ({ artifacts }: RunDetail) => artifacts.map((artifact) => artifact.path);

const SLOW = { timeout: 15 * 60_000 };

const mlflow = await pythonWith([mlflowPackage]);

describe.skipIf(mlflow === null)('a program that logs with MLflow', () => {
  it(
    'has its figures, tables, texts, data, models and nested runs in Lathe, and reads them back',
    SLOW,
    async () => {
      const run = await logged(mlflow!, 'plain');
      expect(await latheJson(['run', 'show', 'inner'], workspace)).toMatchObject({
        parentRunId: run.id,
        status: 'finished',
        target: 'external',
      });
      expect(run).toMatchObject({
        name: 'by hand',
        status: 'finished',
        experimentName: 'by hand/ünï',
        params: { lr: '0.001', name: 'größe' },
        metrics: { loss: 0.1, nan: 'NaN' },
        tags: { note: 'first' },
      });
      expect(run.metricSummaries.loss).toMatchObject({ points: 10, lastStep: 9, max: 1 });
      expect(paths(run)).toEqual(
        expect.arrayContaining([
          'figures/curve.png',
          'notes/ünï text.txt',
          'table.json',
          'config.yaml',
          'line/MLmodel',
          'line/python_env.yaml',
        ]),
      );
      const pixels = run.artifacts.find(({ key }) => key === 'pixels');
      expect(pixels).toMatchObject({ kind: 'image', step: 3 });
      const model = await latheJson(['model', 'show', 'line'], workspace);
      expect(model).toMatchObject({ versions: 1, aliases: { champion: 1 } });
      expect(model.latest).toMatchObject({
        runId: run.id,
        metadata: { 'mlflow.flavors': 'python_function, sklearn' },
      });
    },
  );

  it('with the autologging of scikit-learn has parameters, metrics, model and figures', SLOW, async () => {
    const run = await logged(mlflow!, 'sklearn');
    expect(run).toMatchObject({
      status: 'finished',
      params: { C: '0.5' },
      tags: { estimator_name: 'LogisticRegression' },
    });
    expect(Object.keys(run.metrics)).toContain('training_accuracy_score');
    expect(paths(run)).toEqual(expect.arrayContaining(['training_confusion_matrix.png', 'model/MLmodel']));
  });
});

const libraries = await pythonWith([
  mlflowPackage,
  'lightgbm==4.7.0',
  'xgboost-cpu==3.2.0',
  'keras==3.15.1',
  'jax==0.10.2',
]);

describe.skipIf(libraries === null)('the autologging of other libraries', () => {
  it('of LightGBM lands with its figures and model', SLOW, async () => {
    const run = await logged(libraries!, 'lightgbm');
    expect(run).toMatchObject({ status: 'finished', params: { num_leaves: '4' } });
    // The last one is logged once more, with the model that it is of.
    expect(run.metricSummaries['train-binary_logloss']!.points).toBeGreaterThanOrEqual(5);
    expect(paths(run)).toEqual(
      expect.arrayContaining([
        'feature_importance_gain.png',
        'feature_importance_split.json',
        'model/MLmodel',
      ]),
    );
  });

  it('of XGBoost lands with its figures and model', SLOW, async () => {
    const run = await logged(libraries!, 'xgboost');
    expect(run).toMatchObject({ status: 'finished', params: { max_depth: '2' } });
    expect(run.metricSummaries['train-logloss']!.points).toBeGreaterThanOrEqual(5);
    expect(paths(run)).toEqual(expect.arrayContaining(['feature_importance_weight.png', 'model/MLmodel']));
  });

  it('of Keras lands with the metrics of each epoch and its model', SLOW, async () => {
    const run = await logged(libraries!, 'keras');
    expect(run).toMatchObject({ status: 'finished', params: { epochs: '3' } });
    expect(run.metricSummaries.loss!.points).toBeGreaterThanOrEqual(3);
    expect(paths(run)).toEqual(expect.arrayContaining(['model_summary.txt', 'model/MLmodel']));
  });
});

// The distribution's PyTorch is older than what newer clients can log models of.
const torch = await torchPython([
  'mlflow==2.10.2',
  'pytorch-lightning==1.9.5',
  'transformers==4.37.2',
  'tokenizers==0.15.2',
  'accelerate==0.26.1',
]);

describe.skipIf(torch === null)('the autologging of PyTorch', () => {
  it(
    'of Lightning lands with the metrics of each epoch, a summary of its model and the model',
    SLOW,
    async () => {
      const run = await logged(torch!, 'lightning');
      expect(run).toMatchObject({ status: 'finished', params: { epochs: '3' } });
      expect(run.metricSummaries.train_loss!.points).toBeGreaterThanOrEqual(3);
      expect(paths(run)).toEqual(
        expect.arrayContaining(['model_summary.txt', 'model/MLmodel', 'model/data/model.pth']),
      );
    },
  );

  it('of Transformers lands with the metrics of its trainer and a model', SLOW, async () => {
    const run = await logged(torch!, 'transformers');
    expect(run.status).toBe('finished');
    expect(run.metricSummaries.loss!.points).toBe(4);
    expect(run.params).toMatchObject({ max_steps: '4', hidden_size: '8' });
    expect(paths(run)).toEqual(
      expect.arrayContaining([
        'checkpoint-4/MLmodel',
        'checkpoint-4/artifacts/checkpoint-4/config.json',
        'checkpoint-4/artifacts/checkpoint-4/model.safetensors',
      ]),
    );
  });
});
