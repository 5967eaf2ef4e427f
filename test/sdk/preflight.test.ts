import { describe, expect, it } from 'vitest';
import { plainPythons } from '../support/python.ts';
import { recordsOf, runFolder, runProgram, variablesOf } from './python-program.ts';

async function trial(python: string, source: string, variables: Record<string, string> = {}) {
  const folder = runFolder();
  const ended = await runProgram(python, `import lathe, time\n${source}`, {
    variables: { ...variablesOf(folder), LATHE_PREFLIGHT: '1', ...variables },
  });
  const summary = Object.fromEntries(recordsOf(folder, 'summary').map(({ key, value }) => [key, value]));
  return { folder, ...ended, summary, steps: new Set(recordsOf(folder, 'metrics').map(({ step }) => step)) };
}

describe.each(plainPythons())('a trial run, with %s', (python) => {
  it('ends well at the third step and tells how long a step takes', async () => {
    const { exitCode, stdout, summary, steps } = await trial(
      python,
      `
print(lathe.preflight)
for step in range(1000):
    lathe.progress(step, 1000)
    lathe.log(loss=1, step=step)
    lathe.log(accuracy=1, step=step)
    time.sleep(0.05)
print("never")
`,
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'True\n' });
    expect(steps).toEqual(new Set([0, 1, 2]));
    expect(summary['preflight/total_steps']).toBe(1000);
    expect(summary['preflight/step_seconds']).toBeGreaterThan(0.04);
  });

  it('counts steps that are logged at intervals', async () => {
    const { summary } = await trial(
      python,
      'for step in range(0, 1000, 10):\n    time.sleep(0.2)\n    lathe.log(loss=1, step=step)',
    );
    expect(summary['preflight/step_seconds']).toBeGreaterThan(0.015);
    expect(summary['preflight/step_seconds']).toBeLessThan(0.15);
  });

  it('knows the number of steps from the parameters', async () => {
    const { summary } = await trial(python, 'lathe.config(total_steps=77)\nwhile True: lathe.log(loss=1)');
    expect(summary['preflight/total_steps']).toBe(77);
  });

  it('ends at once when the program says that it has seen enough', async () => {
    const { exitCode, stdout, summary } = await trial(
      python,
      'lathe.preflight_done(step_seconds=1.5, total_steps=9)\nprint("never")',
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
    expect(summary).toEqual({ 'preflight/step_seconds': 1.5, 'preflight/total_steps': 9 });
  });

  it('ends from another thread too, and in ranks that record nothing', async () => {
    const source = `
import threading
def work():
    while True:
        lathe.log(loss=1)
thread = threading.Thread(target=work); thread.start(); thread.join()
time.sleep(60)
`;
    expect(await trial(python, source)).toMatchObject({ exitCode: 0 });
    const other = await trial(python, 'while True: lathe.log(loss=1)', { RANK: '1', WORLD_SIZE: '2' });
    expect(other).toMatchObject({ exitCode: 0, summary: {} });
  });

  it('that is none runs on', async () => {
    const { exitCode, stdout } = await trial(
      python,
      'lathe.preflight_done()\nfor i in range(5): lathe.log(loss=1)\nprint("end")',
      { LATHE_PREFLIGHT: '' },
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'end\n' });
  });
});
