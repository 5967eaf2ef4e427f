import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isThere, ProgramBench, type StartedProgram } from '../support/program-bench.ts';
import { exitOf, journalOf, newRunId, type ProgramRun, textOf, until } from '../support/program-run.ts';

const sh = (script: string, ...args: string[]): ProgramRun => ({
  command: ['sh', '-c', script, 'sh', ...args],
});
const sleeper = 'echo begun; while :; do sleep 1; done';

describe.skipIf(process.platform === 'win32')('a program run as a process', () => {
  let bench: ProgramBench;
  beforeEach(() => {
    bench = new ProgramBench();
  });
  afterEach(() => bench.close());

  const says = (folder: string, word: string) =>
    until(`the program says ${word}`, () => textOf(folder, 'stdout.log').includes(word));
  const pidsIn = (folder: string) =>
    fs.readFileSync(path.join(folder, 'stdout.log'), 'utf8').match(/\d+/g)!.map(Number);

  it.each([
    ['exit 0', { state: 'finished', exitCode: 0, signal: null }],
    ['exit 1', { state: 'failed', exitCode: 1, signal: null }],
    ['exit 137', { state: 'failed', exitCode: 137, signal: null }],
    ['exit 255', { state: 'failed', exitCode: 255, signal: null }],
    ['kill -KILL $$', { state: 'failed', exitCode: null, signal: 'SIGKILL' }],
    ['kill -TERM $$', { state: 'failed', exitCode: null, signal: 'SIGTERM' }],
    ['kill -SEGV $$', { state: 'failed', exitCode: null, signal: 'SIGSEGV' }],
    ['kill -INT $$', { state: 'failed', exitCode: null, signal: 'SIGINT' }],
  ])('that ends by `%s` is told so', async (script, expected) => {
    const { exit } = await bench.run(sh(script));
    expect(exit).toMatchObject({ ...expected, failure: null });
    expect(exit?.cause).toBeUndefined();
    expect(Math.abs(exit!.at - Date.now())).toBeLessThan(60_000);
  });

  it('that does not exist, or may not be run, is told in its error output', async () => {
    const missing = await bench.run({ command: ['no-such-program'] });
    expect(missing.exit?.exitCode).toBe(127);
    expect(textOf(missing.folder, 'stderr.log')).toContain('no-such-program');
    const folder = await bench.run({ command: ['/'] });
    expect(folder.exit?.exitCode).toBe(126);
  });

  it('goes on when its launcher is killed, and is observed until it ends', async () => {
    const job = await bench.start(sh('echo begun; while [ ! -e ../go ]; do sleep 0.1; done'));
    await says(job.folder, 'begun');
    process.kill(Number(job.handle.pid), 'SIGKILL');
    await until('the launcher is dead', () => !isThere(Number(job.handle.pid)));
    for (const handle of [job.handle, { ...job.handle, groups: null }])
      expect(await bench.executor.observe(handle, job.folder)).toBe('running');
    fs.writeFileSync(path.join(job.folder, 'go'), '');
    await bench.ended(job);
    expect(exitOf(job.folder)).toBeNull();
  });

  it('is told when it is killed by someone else', async () => {
    const job = await bench.start(sh(`echo $$; ${sleeper}`));
    await says(job.folder, 'begun');
    process.kill(pidsIn(job.folder)[0]!, 'SIGKILL');
    await bench.ended(job);
    expect(exitOf(job.folder)).toMatchObject({ state: 'failed', exitCode: null, signal: 'SIGKILL' });
  });

  it('is waited for by its launcher, also when that is asked to end', async () => {
    const job = await bench.start(sh('echo begun; while [ ! -e ../go ]; do sleep 0.1; done; exit 7'));
    await says(job.folder, 'begun');
    process.kill(Number(job.handle.pid), 'SIGTERM');
    process.kill(Number(job.handle.pid), 'SIGHUP');
    fs.writeFileSync(path.join(job.folder, 'go'), '');
    await bench.ended(job);
    expect(exitOf(job.folder)).toMatchObject({ state: 'failed', exitCode: 7 });
  });

  it('saves its work when it is asked to stop, and is waited for', async () => {
    const job = await bench.start(sh(`trap 'sleep 1; echo saved; exit 0' TERM; ${sleeper}`));
    await says(job.folder, 'begun');
    await bench.executor.cancel(job.handle, job.folder, false);
    await bench.ended(job);
    expect(textOf(job.folder, 'stdout.log')).toContain('saved');
    expect(exitOf(job.folder)).toMatchObject({ state: 'cancelled', exitCode: 0 });
  });

  /** Prints its own id and that of a grandchild in a session of its own, whose parent is gone; both ignore signals. */
  const family =
    'trap "" TERM INT HUP; (python3 -c "import os\nif os.fork(): os._exit(0)\nos.setsid()\nif os.fork(): os._exit(0)\nprint(os.getpid(), flush=True)\nimport time; time.sleep(1000)"); echo $$; echo begun; while :; do sleep 1; done';

  it.each([true, false])('is ended with everything it started (control group: %s)', async (withGroup) => {
    const job = await bench.start(sh(family));
    await says(job.folder, 'begun');
    await until('both tell their ids', () => pidsIn(job.folder).length === 2);
    const pids = pidsIn(job.folder);
    const handle = withGroup ? job.handle : { ...job.handle, groups: null };
    await bench.executor.cancel(handle, job.folder, false);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(pids.map(isThere)).toEqual([true, true]);
    expect(await bench.executor.observe(handle, job.folder)).toBe('running');
    await bench.executor.cancel(handle, job.folder, true);
    expect([...pids, Number(handle.pid)].map(isThere)).toEqual([false, false, false]);
    expect(await bench.executor.observe(handle, job.folder)).toBe('gone');
  });

  it('leaves nothing behind when it ends', async () => {
    const job = await bench.start(sh('sleep 1000 & echo $!; nohup setsid sleep 1000 & echo $!'));
    await until('it ends', () => exitOf(job.folder) !== null);
    expect(exitOf(job.folder)?.state).toBe('finished');
    expect(pidsIn(job.folder).map(isThere)).toEqual([false, false]);
  });

  /** Submit from a process that ends at once, as a core that is closed. */
  async function submitElsewhere(given: ProgramRun): Promise<StartedProgram> {
    const run = newRunId();
    const folder = bench.folder(run, given);
    const bench_ = pathToFileURL(path.resolve(import.meta.dirname, '../support/program-bench.ts')).href;
    const script = `
      const { ProgramBench } = await import(${JSON.stringify(bench_)});
      await new ProgramBench(${JSON.stringify(bench.root)}).executor.submit(
        ${JSON.stringify(run)}, ${JSON.stringify(folder)}, { gpus: [] });`;
    const core = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
    expect((await once(core, 'exit'))[0]).toBe(0);
    return bench.adopt({ run, folder, handle: (await bench.executor.find(run, folder))! });
  }

  it('goes on when the core ends, and is found by the next one', async () => {
    const { folder, handle } = await submitElsewhere(sh('sleep 1; echo after'));
    expect(await bench.executor.observe(handle, folder)).toBe('running');
    await until('it ends', () => exitOf(folder) !== null);
    expect(exitOf(folder)?.state).toBe('finished');
    expect(textOf(folder, 'stdout.log')).toContain('after');
  });

  it('is held to its time limit without a core', async () => {
    const { folder } = await submitElsewhere({ ...sh(sleeper), resources: { timeLimitMs: 1500 } });
    await until('it ends', () => exitOf(folder) !== null);
    expect(exitOf(folder)).toMatchObject({ state: 'failed', cause: 'time-limit', signal: 'SIGTERM' });
  });

  it('is held to its time limit also when it does not listen', async () => {
    const { exit, folder } = await bench.run({
      ...sh(`trap "" TERM; (setsid sleep 1000 & echo $!); ${sleeper}`),
      resources: { timeLimitMs: 1000 },
    });
    expect(exit).toMatchObject({ state: 'failed', cause: 'time-limit', signal: 'SIGKILL' });
    expect(isThere(pidsIn(folder)[0]!)).toBe(false);
  });

  it('keeps every byte of long and of broken output', async () => {
    const long = await bench.run(sh('head -c 100000000 /dev/zero | tr "\\0" x; echo; echo end >&2'));
    expect(fs.statSync(path.join(long.folder, 'stdout.log')).size).toBe(100_000_001);
    expect(textOf(long.folder, 'stderr.log')).toBe('end\n');
    const broken = await bench.run(sh("printf 'a\\377\\376\\200b\\n'"));
    expect(fs.readFileSync(path.join(broken.folder, 'stdout.log'))).toEqual(
      Buffer.from([0x61, 0xff, 0xfe, 0x80, 0x62, 0x0a]),
    );
  });

  it('gets arguments, parameters and names as they are', async () => {
    const odd = 'a b "c" \'d\' $HOME `id` \\ *\n\nü 世界\n';
    const job = await bench.run({
      ...sh(
        'printf "%s" "$1" "$LATHE_PARAM_ODD_NAME" "$LATHE_RUN_NAME" "$OWN"; cat "$LATHE_PARAMS" >&2',
        odd,
      ),
      params: { 'odd name': odd, rate: 0.5, on: true },
      runName: odd,
      variables: { OWN: odd, LATHE_RUN_ID: 'not mine' },
    });
    expect(textOf(job.folder, 'stdout.log')).toBe(odd.repeat(4));
    expect(JSON.parse(textOf(job.folder, 'stderr.log'))).toEqual({ 'odd name': odd, rate: 0.5, on: true });
  });

  it('runs in folders of any name', async () => {
    const root = path.join(bench.root, 'a "b" \'c\' $d `e` \\ ü\n%s f');
    fs.mkdirSync(root);
    const odd = new ProgramBench(root);
    try {
      const job = await odd.run({
        command: ['./run me.sh'],
        files: { 'run me.sh': '#!/bin/sh\npwd -P\necho x > "o ut.txt"\n' },
        outputs: ['*.txt'],
      });
      expect(job.exit?.state).toBe('finished');
      expect(textOf(job.folder, 'stdout.log')).toBe(`${fs.realpathSync(path.join(job.folder, 'code'))}\n`);
      expect(textOf(job.folder, 'outputs/o ut.txt')).toBe('x\n');
      const cancelled = await odd.start(sh(sleeper));
      await says(cancelled.folder, 'begun');
      await odd.executor.cancel(cancelled.handle, cancelled.folder, false);
      await odd.ended(cancelled);
      expect(exitOf(cancelled.folder)?.state).toBe('cancelled');
    } finally {
      await odd.close();
    }
  });

  it('that cannot have so long arguments is refused with the cure', async () => {
    const job = bench.start({ command: ['true', 'x'.repeat(300_000)] });
    await expect(job).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      nextStep: expect.stringContaining('file'),
    });
  });

  it('may have a search path of its own that has nothing', async () => {
    const { exit, folder } = await bench.run({
      command: ['/bin/sh', '-c', 'echo "$PATH"; exit 3'],
      variables: { PATH: '/nowhere' },
      resources: { timeLimitMs: 60_000 },
    });
    expect(exit).toMatchObject({ state: 'failed', exitCode: 3 });
    expect(textOf(folder, 'stdout.log')).toBe('/nowhere\n');
  });

  it('sees nothing of what is only Lathe’s', async () => {
    process.env.LATHE_TOKEN = 'a secret';
    process.env.SOME_API_TOKEN = 'another';
    process.env.LATHE_TEST_PLACE = 'a secret';
    try {
      const { folder } = await bench.run(sh('env'));
      expect(textOf(folder, 'stdout.log')).not.toMatch(/secret|another/);
      expect(textOf(folder, 'stdout.log')).toContain(`PATH=${process.env.PATH}`);
      expect(textOf(folder, 'stdout.log')).toMatch(/^CUDA_VISIBLE_DEVICES=$/m);
    } finally {
      delete process.env.LATHE_TOKEN;
      delete process.env.SOME_API_TOKEN;
      delete process.env.LATHE_TEST_PLACE;
    }
  });

  it('is started once, also when it is submitted twice', async () => {
    const job = await bench.start(sh(sleeper));
    const again = await bench.executor.submit(job.run, job.folder, { gpus: [] });
    expect(again).toEqual(job.handle);
    expect(textOf(job.folder, 'stderr.log')).toContain('runs in this folder already');
  });

  it('that is cancelled before it begins does not begin', async () => {
    const run = newRunId();
    const folder = bench.folder(run, sh('echo begun'));
    fs.writeFileSync(path.join(folder, 'cancel'), '');
    await bench.ended(await bench.submit(run, folder));
    expect(exitOf(folder)?.state).toBe('cancelled');
    expect(textOf(folder, 'stdout.log')).toBe('');
  });

  it('keeps what it left, as far as a journal does not name it already', async () => {
    const job = await bench.run({
      ...sh(
        'mkdir -p "$LATHE_OUTPUTS/deep" models/a; echo 1 > "$LATHE_OUTPUTS/deep/named"; echo 2 > "$LATHE_OUTPUTS/other"; echo 3 > models/a/m.bin; echo 4 > notes.md; echo 5 > left.tmp; ln -s /etc/passwd models/link; echo \'{"type":"artifact","path":"deep/named","kind":"table"}\' > "$LATHE_RUN_DIR/journal/own.jsonl"',
      ),
      outputs: ['models', '*.md', '../*.json', '/etc/hostname'],
    });
    const named = journalOf(job.folder).flatMap((record) =>
      record.type === 'artifact' ? [record.path] : [],
    );
    expect(named.sort()).toEqual(['deep/named', 'models/a/m.bin', 'notes.md', 'other']);
    expect(textOf(job.folder, 'outputs/models/a/m.bin')).toBe('3\n');
    expect(fs.existsSync(path.join(job.folder, 'outputs/models/link'))).toBe(false);
  });
});
