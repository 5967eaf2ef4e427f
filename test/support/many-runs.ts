import type { RunId } from '../../app/contract/ids.ts';
import { newId } from '../../app/kernel/new-id.ts';
import type { Database } from '../../app/kernel/ports/database.ts';
import { createMetricStore } from '../../app/storage/metric-store.ts';
import { seededNumbers } from './metric-runs.ts';

interface ManyRuns {
  readonly runs: number;
  /** `metric_0` … beside `val_loss` and `test_accuracy`. */
  readonly metrics: number;
  /** `param_0` … beside `seed`, `learning_rate` and `width`. */
  readonly params: number;
}

/** Points of each run's `val_loss`, the only metric with a curve. */
const curvePoints = 30;
const minuteMs = 60_000;

/**
 * Ended runs written straight into a workspace that no host has open: five seeds of every setting, so that groups have
 * means; the last of them started now, the others a minute apart before it.
 */
export function insertManyRuns(
  database: Database,
  project: string,
  { runs, metrics, params }: ManyRuns,
): void {
  const store = createMetricStore(database);
  const random = seededNumbers(7);
  const now = Date.now();
  const experiments = ['width-study', 'baseline'].map((name, index) => {
    const id = newId<string>();
    database
      .prepare('INSERT INTO experiments (id, project_id, name, created_at, number) VALUES (?, ?, ?, ?, ?)')
      .run(id, project, name, now, 1000 + index);
    return id;
  });
  const addRun = database.prepare(
    `INSERT INTO runs (id, project_id, experiment_id, name, color, status, template, target, progress, failure, environment,
       created_at, started_at, ended_at) VALUES (?, ?, ?, ?, ?, ?, 'mlp', 'native', ?, ?, '{}', ?, ?, ?)`,
  );
  const addParam = database.prepare('INSERT INTO run_params (run_id, key, value) VALUES (?, ?, ?)');
  const addTag = database.prepare('INSERT INTO run_tags (run_id, key, value) VALUES (?, ?, ?)');
  const addMetric = database.prepare(
    'INSERT INTO metric_keys (run_id, key, last_value, min_value, max_value, last_greatest) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const failure = JSON.stringify({
    code: 'TRAINING_IMPOSSIBLE',
    message: 'The loss became NaN at step 412',
    data: { nextStep: 'Lower learning_rate and run it again.', details: {} },
  });
  database.transaction(() => {
    for (let index = 0; index < runs; index += 1) {
      const id = newId<RunId>();
      const setting = Math.floor(index / 5);
      const seed = (index % 5) + 1;
      const width = [64, 128, 256, 512][setting % 4]!;
      const failed = index % 37 === 20;
      const startedAt = now - (runs - index) * minuteMs;
      const progress = {
        fraction: 1,
        message: failed ? 'failed' : 'finished',
        rate: null,
        remainingMs: null,
      };
      addRun.run(
        id,
        project,
        experiments[setting % 7 === 0 ? 1 : 0]!,
        `mlp-${width}-${setting}-s${seed}`,
        (index % 12) + 1,
        failed ? 'failed' : 'finished',
        JSON.stringify(progress),
        failed ? failure : null,
        startedAt - 1000,
        startedAt,
        startedAt + 20_000 + Math.round(random() * 30_000),
      );
      addParam.run(id, 'seed', String(seed));
      addParam.run(id, 'width', String(width));
      addParam.run(id, 'learning_rate', String([0.1, 0.01, 0.001][setting % 3]));
      for (let key = 0; key < params; key += 1) {
        addParam.run(id, `param_${key}`, String(Math.round(random() * 100) / 100));
      }
      if (setting % 3 === 0) addTag.run(id, 'purpose', 'width study');
      const final = 0.05 + 4 / width + random() * 0.02;
      const points = Array.from({ length: failed ? 8 : curvePoints }, (_, step) => ({
        key: 'val_loss',
        step,
        timeMs: startedAt + step * 1000,
        value: (final + 2 * Math.exp(-step / 4)) * (1 + (random() - 0.5) * 0.06),
      }));
      store.append(id, points);
      if (failed) continue;
      const values: [string, number][] = [['test_accuracy', 1 - final / 3]];
      for (let key = 0; key < metrics; key += 1) values.push([`metric_${key}`, random() * 10 ** (key % 4)]);
      for (const [key, value] of values) addMetric.run(id, key, value, value, value, value);
    }
  });
}
