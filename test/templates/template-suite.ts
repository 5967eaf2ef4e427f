import { expect, it } from 'vitest';
import type { InspectedModel } from '../../app/kernel/ports/models.ts';
import { expectServedAsTrained } from './served-model.ts';
import { type Attempt, readRecipe, type TemplateBench } from './template-run.ts';

export interface TemplateExpectation {
  readonly id: string;
  /** Small enough for seconds, and long enough to be interrupted twice. */
  readonly params: Readonly<Record<string, string | number>>;
  /** A loss or an error: what its first values are and what its last ones are, as means of a tenth of them. */
  readonly falls: string;
  /** The summary says this of the model in the end, and reaches at least, or with `most` at most, this number. */
  readonly reaches: { readonly key: string; readonly least?: number; readonly most?: number };
  /** What an endpoint knows of the exported model; null for a template that exports none. */
  readonly facts: ((facts: InspectedModel) => void) | null;
  /** Whether the run of a program that was asked to stop ends by its own exit code, 143; torchrun has another. */
  readonly endsItself?: boolean;
}

/** What every template does: learn, repeat itself, go on where it was interrupted, be served as trained, and be tried for three steps. */
export function describeTemplate(bench: TemplateBench, python: string, wanted: TemplateExpectation): void {
  const { id, params, falls, reaches } = wanted;
  let whole: Attempt;

  it(`${id} learns, and what it exports answers as it did`, async () => {
    const run = bench.folder(id, params);
    whole = await run.run(python);
    expect(whole.stderr.replace(/^.*(master_addr|\[W ).*$/gm, '').trim()).toBe('');
    expect(whole.exitCode).toBe(0);
    for (const values of Object.values(whole.points))
      for (const [, value] of values) expect(Number.isFinite(value)).toBe(true);
    const values = whole.points[falls]!.map(([, value]) => value);
    const tenth = Math.max(1, Math.floor(values.length / 10));
    expect(mean(values.slice(-tenth))).toBeLessThan(mean(values.slice(0, tenth)));
    const reached = Number(whole.summary[reaches.key]);
    if (reaches.least !== undefined) expect(reached).toBeGreaterThanOrEqual(reaches.least);
    if (reaches.most !== undefined) expect(reached).toBeLessThanOrEqual(reaches.most);
    expectKeysOfChecks(id, whole);
    const last = whole.records.findLast(({ type }) => type === 'progress');
    expect(last).toMatchObject({ fraction: 1 });
    if (wanted.facts) wanted.facts(await expectServedAsTrained(run));
  });

  it(`${id}, killed and then asked to stop, goes on to the same end`, async () => {
    const run = bench.folder(id, params);
    const killed = await run.interrupt(python, 'SIGKILL');
    expect(killed.signal).toBe('SIGKILL');
    const stopped = await run.interrupt(python, 'SIGTERM', { variables: { LATHE_RESUME: '1' } });
    if (wanted.endsItself !== false) expect(stopped.exitCode).toBe(143);
    else expect(stopped.exitCode === 0).toBe(false);
    expect(stopped.steps[0]).toBe(killed.checkpoint);
    expect(stopped.checkpoint).toBe(stopped.steps.at(-1)! + 1);
    const resumed = await run.run(python, { variables: { LATHE_RESUME: '1' } });
    expect(resumed.exitCode).toBe(0);
    expect(resumed.steps[0]).toBe(stopped.checkpoint);
    expect(resumed.steps.at(-1)).toBe(whole.steps.at(-1));
    expect(resumed.summary).toEqual(whole.summary);
  });

  it(`${id} ends at the third step of a trial`, async () => {
    const trial = await bench.folder(id, params).run(python, { variables: { LATHE_PREFLIGHT: '1' } });
    expect(trial.exitCode).toBe(0);
    expect(trial.steps).toHaveLength(3);
    expect(trial.summary['preflight/step_seconds']).toBeGreaterThan(0);
    expect(trial.summary['preflight/total_steps']).toBeGreaterThan(trial.steps.length);
  });
}

/** A check of the recipe that no metric answers would only ever say that there is none. */
function expectKeysOfChecks(id: string, { points, summary }: Attempt): void {
  for (const check of readRecipe(id).checks) {
    const key = check.split(/\s*[<>=!]/)[0]!;
    expect([...Object.keys(points), ...Object.keys(summary)]).toContain(key);
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
