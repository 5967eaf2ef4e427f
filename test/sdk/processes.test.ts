import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { plainPythons } from '../support/python.ts';
import {
  journalsOf,
  type Program,
  recordsOf,
  runFolder,
  runProgram,
  seriesOf,
  startProgram,
  variablesOf,
} from './python-program.ts';

function start(
  python: string,
  folder: string,
  source: string,
  variables: Record<string, string> = {},
): Program {
  return startProgram(python, source, { variables: { ...variablesOf(folder), ...variables } });
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describe.each(plainPythons())('processes of one run, with %s', (python) => {
  it('log at the same time, each into a journal of its own', async () => {
    const folder = runFolder();
    const source = (key: number) =>
      `import lathe\nfor i in range(2000): lathe.log({"p${key}": i})\nlathe.summary["p${key}"] = ${key}`;
    const ended = await Promise.all(
      numbers(8).map((key) => runProgram(python, source(key), { variables: variablesOf(folder) })),
    );
    expect(ended.map(({ exitCode }) => exitCode)).toEqual(numbers(8).map(() => 0));
    expect(journalsOf(folder).size).toBe(8);
    for (const key of numbers(8)) {
      expect(seriesOf(folder, `p${key}`)).toEqual(numbers(2000).map((step) => [step, step]));
    }
  });

  it('never write into the journal of a former process of the same name', async () => {
    const folder = runFolder();
    const fakePid = 'import os\nos.getpid = lambda: 1\nimport lathe\n';
    await runProgram(python, `${fakePid}lathe.log(a=1)`, { variables: variablesOf(folder) });
    await runProgram(python, `${fakePid}lathe.log(a=2)`, { variables: variablesOf(folder) });
    const writers = [...journalsOf(folder).keys()];
    expect(writers).toHaveLength(2);
    for (const [writer, [header]] of journalsOf(folder))
      expect(header).toMatchObject({ type: 'header', writer });
  });

  it('that fork write nothing twice and lose nothing', async () => {
    const folder = runFolder();
    const program = start(
      python,
      folder,
      `
import lathe, os, sys
for i in range(500):
    lathe.log(before=i)
pid = os.fork()
if pid == 0:
    for i in range(500):
        lathe.log(child=i)
    sys.exit(0)
for i in range(500):
    lathe.log(parent=i)
os.waitpid(pid, 0)
`,
    );
    expect(await program.ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(journalsOf(folder).size).toBe(2);
    expect(seriesOf(folder, 'before').map(([, value]) => value)).toEqual(numbers(500));
    expect(seriesOf(folder, 'child').map(([, value]) => value)).toEqual(numbers(500));
    expect(seriesOf(folder, 'parent').map(([, value]) => value)).toEqual(numbers(500));
    expect(recordsOf(folder, 'environment')).toHaveLength(1);
  });

  it('that fork while another thread logs do not hang', async () => {
    const folder = runFolder();
    const program = start(
      python,
      folder,
      `
import lathe, os, sys, threading, time
stop = False
def busy():
    while not stop:
        lathe.log(busy=1)
        time.sleep(0)
thread = threading.Thread(target=busy)
thread.start()
for n in range(20):
    pid = os.fork()
    if pid == 0:
        for i in range(20):
            lathe.log({"child%d" % n: i})
        lathe.flush()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
stop = True
thread.join()
`,
    );
    expect(await program.ended).toMatchObject({ exitCode: 0 });
    for (const child of numbers(20)) {
      expect(seriesOf(folder, `child${child}`).map(([, value]) => value)).toEqual(numbers(20));
    }
  });

  it('started by multiprocessing in any of its ways are recorded to their last line', async () => {
    const folder = runFolder();
    const program = start(
      python,
      folder,
      `
import lathe, multiprocessing
from concurrent.futures import ProcessPoolExecutor
def child(name):
    for i in range(300):
        lathe.log({name: i})
if __name__ == "__main__":
    lathe.log(main=1)
    for method in multiprocessing.get_all_start_methods():
        process = multiprocessing.get_context(method).Process(target=child, args=(method,))
        process.start(); process.join()
        assert process.exitcode == 0
    with ProcessPoolExecutor(1) as pool:
        list(pool.map(child, ["pool"]))
`,
    );
    expect(await program.ended).toMatchObject({ exitCode: 0, stderr: '' });
    for (const name of ['fork', 'spawn', 'forkserver', 'pool']) {
      expect(seriesOf(folder, name).map(([, value]) => value)).toEqual(numbers(300));
    }
  });

  it('that train together: rank 0 speaks for all, and each for itself where it is asked to', async () => {
    const folder = runFolder();
    const source = `
import lathe
for i in range(3):
    lathe.log(loss=i)
lathe.log(step=9, memory=1.5, all_ranks=True)
lathe.tag("who", "any")
lathe.summary["best"] = 1
with lathe.checkpoint() as folder:
    (folder / "weights").write_text("x")
`;
    await Promise.all(
      numbers(3).map((rank) =>
        runProgram(python, source, {
          variables: {
            ...variablesOf(folder),
            RANK: String(rank),
            WORLD_SIZE: '3',
            LOCAL_RANK: String(rank),
          },
        }),
      ),
    );
    expect(seriesOf(folder, 'loss')).toHaveLength(3);
    for (const rank of numbers(3)) expect(seriesOf(folder, `rank_${rank}/memory`)).toEqual([[9, 1.5]]);
    expect(recordsOf(folder, 'tag')).toHaveLength(1);
    expect(recordsOf(folder, 'summary')).toHaveLength(1);
    expect(recordsOf(folder, 'checkpoint')).toHaveLength(1);
    expect(fs.readdirSync(path.join(folder, 'checkpoint'))).toEqual(['9']);
    expect([...journalsOf(folder).keys()].every((writer) => /^rank[012]-/.test(writer))).toBe(true);
  });
});

const logging = `
import lathe, os, sys, time
i = 0
while True:
    lathe.log(i=i)
    i += 1
    if i == 2000:
        print("ready")
    if i % 100 == 0:
        time.sleep(0.001)
`;

describe.each(plainPythons())('a program that is ended, with %s', (python) => {
  it('by SIGTERM gets everything out and dies by the signal', async () => {
    const folder = runFolder();
    const program = start(
      python,
      folder,
      `
import lathe, time
i = 0
while True:
    lathe.log(i=i)
    print("ready %d" % i)
    i += 1
`,
    );
    await program.printed('ready 50');
    program.process.kill('SIGTERM');
    const { signal, stdout } = await program.ended;
    expect(signal).toBe('SIGTERM');
    const printed = Number(/ready (\d+)\n[^\n]*$/.exec(stdout)![1]);
    const recorded = Number(seriesOf(folder, 'i').at(-1)![1]);
    expect(recorded).toBeGreaterThanOrEqual(printed);
  });

  it('by SIGTERM with a handler of its own has that handler called, and nothing else', async () => {
    const folder = runFolder();
    const program = start(
      python,
      folder,
      `
import lathe, signal, sys, time
lathe.log(a=1)
def stop(number, frame):
    previous(number, frame)  # as frameworks do: it must not end the program
    lathe.log(a=2)
    sys.exit(7)
previous = signal.signal(signal.SIGTERM, stop)
print("ready")
while True:
    time.sleep(0.01)
`,
    );
    await program.printed('ready');
    program.process.kill('SIGTERM');
    expect(await program.ended).toMatchObject({ exitCode: 7, signal: null, stderr: '' });
    expect(seriesOf(folder, 'a').map(([, value]) => value)).toEqual([1, 2]);
  });

  it('by SIGTERM again and again in the middle of writes never hangs', async () => {
    for (const _ of numbers(8)) {
      const folder = runFolder();
      const program = start(python, folder, `${logging}    lathe.flush()\n`);
      await program.printed('ready');
      program.process.kill('SIGTERM');
      expect(await program.ended).toMatchObject({ signal: 'SIGTERM' });
      const values = seriesOf(folder, 'i').map(([, value]) => value);
      expect(values).toEqual(numbers(values.length));
    }
  });

  it('by SIGKILL loses only what was logged in the last moment, and tears at most the last line', async () => {
    const folder = runFolder();
    const program = start(python, folder, logging);
    await program.printed('ready');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    program.process.kill('SIGKILL');
    expect(await program.ended).toMatchObject({ signal: 'SIGKILL' });
    const values = seriesOf(folder, 'i').map(([, value]) => value);
    expect(values).toEqual(numbers(values.length));
    expect(values.length).toBeGreaterThan(2000);
  });

  it('by os._exit loses nothing when it logs slowly', async () => {
    const folder = runFolder();
    await runProgram(
      python,
      'import lathe, os, time\nfor i in range(3):\n    lathe.log(i=i); time.sleep(0.3)\nlathe.log(i=3)\nos._exit(0)',
      { variables: variablesOf(folder) },
    );
    expect(seriesOf(folder, 'i')).toHaveLength(4);
  });

  it('while it ends still records what is logged late', async () => {
    const folder = runFolder();
    const ended = await runProgram(
      python,
      `
import atexit
def late():
    for i in range(10):
        lathe.log(late=i)
atexit.register(late)
import lathe
lathe.log(early=1)
`,
      { variables: variablesOf(folder) },
    );
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(seriesOf(folder, 'late')).toHaveLength(10);
  });
});
