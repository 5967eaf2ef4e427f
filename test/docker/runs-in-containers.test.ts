import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DockerExecutor } from '../../app/executors/docker/docker.executor.ts';
import { findTestEngine } from '../support/docker-engine.ts';
import {
  begin,
  executorFor,
  makeData,
  outputOf,
  pythonRun,
  runToEnd,
  sizeOf,
  somebody,
  until,
  watch,
} from './container-run.ts';

const engine = await findTestEngine();
let executor: DockerExecutor;

beforeAll(() => {
  if (engine) executor = executorFor(engine);
});
afterAll(async () => {
  await executor?.close();
  await engine?.stop();
});

const countToTen = `
import time
for n in range(10):
    print('line', n, flush=True)
    time.sleep(0.1)
`;

describe.skipIf(!engine)('a program in a container', () => {
  it('runs in its code folder, and its output, its outputs and its end are in the run folder', async () => {
    const run = pythonRun(
      `
import os, json
print(os.getcwd(), os.environ['LATHE_RUN_ID'], os.environ['LATHE_PARAM_LEARNING_RATE'])
print(json.load(open(os.environ['LATHE_PARAMS'])))
open(os.environ['LATHE_OUTPUTS'] + '/model.bin', 'w').write('weights')
open(os.environ['LATHE_RUN_DIR'] + '/journal/train.jsonl', 'w').write('{"type":"header","version":1,"writer":"train"}\\n')
`,
      { params: { 'learning-rate': 0.5 } },
    );
    const { exit, evidence } = await runToEnd(executor, run);
    expect(exit).toMatchObject({ state: 'finished', exitCode: 0, signal: null, failure: null });
    expect(outputOf(run)).toBe(`/lathe/code ${run.id} 0.5\n{'learning-rate': 0.5}\n`);
    expect(fs.readFileSync(path.join(run.folder, 'outputs/model.bin'), 'utf8')).toBe('weights');
    expect(outputOf(run, 'journal/train.jsonl')).toContain('header');
    expect(evidence).toMatchObject({ outOfMemory: false, endedBy: null });
    expect(evidence.environment).toMatchObject({
      image: 'lathe-test-base:2',
      python: expect.stringMatching(/^3\./),
    });
    expect(evidence.environment.imageId).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('writes as the user who started it', async () => {
    const run = pythonRun(`
import os
os.makedirs('made/deep')
open(os.environ['LATHE_OUTPUTS'] + '/a', 'w').write('a')
print(os.getuid(), os.getgid(), os.path.expanduser('~'))
import tempfile; open(os.path.expanduser('~/cache'), 'w').write('x')
`);
    const { exit } = await runToEnd(executor, run);
    expect(exit?.state).toBe('finished');
    expect(outputOf(run)).toBe('1234 1234 /tmp\n');
    for (const name of ['outputs/a', 'code/made/deep']) {
      const { uid, gid } = fs.statSync(path.join(run.folder, name));
      expect({ uid, gid }).toEqual(somebody);
    }
  });

  it('tells of a nonzero exit code and of the last words', async () => {
    const run = pythonRun(`raise SystemExit('the file is not there')`);
    const { exit } = await runToEnd(executor, run);
    expect(exit).toMatchObject({ state: 'failed', exitCode: 1, signal: null });
    expect(outputOf(run, 'stderr.log')).toBe('the file is not there\n');
  });

  it('keeps bytes that are no text, and a last line without an end', async () => {
    const run = pythonRun(`
import os
os.write(1, b'\\xff\\xfe caf\\xc3\\xa9 \\x00 torn \\xe2\\x82')
os.write(2, b'\\x80')
`);
    await runToEnd(executor, run);
    const wanted = Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from(' café \0 torn '),
      Buffer.from([0xe2, 0x82]),
    ]);
    expect(fs.readFileSync(path.join(run.folder, 'stdout.log'))).toEqual(wanted);
    expect(fs.readFileSync(path.join(run.folder, 'stderr.log'))).toEqual(Buffer.from([0x80]));
  });

  it('copies 100 MB of output whole', { timeout: 300_000 }, async () => {
    const run = pythonRun(`
import os, sys
block = b''.join(b'%09d %s\\n' % (n, b'x' * 89) for n in range(10000))
for n in range(100):
    sys.stdout.buffer.write(block)
`);
    const { exit } = await runToEnd(executor, run);
    expect(exit?.state).toBe('finished');
    const block = Array.from(
      { length: 10_000 },
      (_, n) => `${String(n).padStart(9, '0')} ${'x'.repeat(89)}\n`,
    ).join('');
    const wanted = crypto.createHash('sha256');
    for (let n = 0; n < 100; n++) wanted.update(block);
    const got = crypto.createHash('sha256').update(fs.readFileSync(path.join(run.folder, 'stdout.log')));
    expect(sizeOf(run, 'stdout.log')).toBe(100_000_000);
    expect(got.digest('hex')).toBe(wanted.digest('hex'));
  });

  it('is found again by another core, and nothing of its output is missing or twice', async () => {
    const run = pythonRun(countToTen);
    const first = executorFor(engine!);
    const handle = await begin(first, run);
    while (!outputOf(run).includes('line 3')) await first.observe(handle, run.folder);
    await first.close();
    const before = outputOf(run);

    const second = executorFor(engine!);
    const found = await second.find(run.id, run.folder);
    expect(found).toEqual(handle);
    const exit = await watch(second, found!, run.folder);
    await second.collect(found!, run.folder);
    await second.close();
    expect(exit?.state).toBe('finished');
    expect(before.length).toBeGreaterThan(0);
    expect(outputOf(run)).toBe(Array.from({ length: 10 }, (_, n) => `line ${n}\n`).join(''));
  });

  it('that ended while no core was there is found with its output and its end', async () => {
    const run = pythonRun(`print('done'); raise SystemExit(3)`);
    const first = executorFor(engine!);
    const handle = await begin(first, run);
    await first.close();
    await engine!.docker.getContainer(String(handle.container)).wait();

    const second = executorFor(engine!);
    const found = await second.find(run.id, run.folder);
    expect(await watch(second, found!, run.folder)).toMatchObject({ state: 'failed', exitCode: 3 });
    expect(outputOf(run)).toBe('done\n');
    await second.collect(found!, run.folder);
    await second.close();
  });

  it('is submitted once however often it is asked for', async () => {
    const run = pythonRun(countToTen);
    const handle = await begin(executor, run);
    expect(await executor.submit(run.id, run.folder, { gpus: [] })).toEqual(handle);
    const listed = await engine!.docker.listContainers({
      all: true,
      filters: { label: [`lathe.run=${run.id}`] },
    });
    expect(listed).toHaveLength(1);
    await watch(executor, handle, run.folder);
    await executor.collect(handle, run.folder);
    expect(await executor.find(run.id, run.folder)).toBeNull();
  });

  it('starts anew when it is continued, and its output goes on after that of the attempt before', async () => {
    const run = pythonRun(`print('hello')`);
    const first = await begin(executor, run);
    await watch(executor, first, run.folder);
    // The container is still there: the core that should have collected it was killed.
    for (const name of ['exit.json', 'process.json']) fs.rmSync(path.join(run.folder, name));
    expect(await executor.find(run.id, run.folder)).toBeNull();
    // Nor is it taken for the new attempt by a core that died before it had made room.
    const attempt = { container: `lathe-${run.id}`, attempt: 'another', stdoutStart: 6, stderrStart: 0 };
    fs.writeFileSync(path.join(run.folder, 'process.json'), JSON.stringify(attempt));
    expect(await executor.find(run.id, run.folder)).toBeNull();
    const second = await begin(executor, run);
    expect(second.container).not.toBe(first.container);
    await watch(executor, second, run.folder);
    await executor.collect(second, run.folder);
    expect(outputOf(run)).toBe('hello\nhello\n');
  });

  it('can be collected twice, and the second time says the same', async () => {
    const run = pythonRun(`print('hello')`);
    const { handle, evidence } = await runToEnd(executor, run);
    expect(await executor.collect(handle, run.folder)).toEqual(evidence);
    expect(await executor.observe(handle, run.folder)).toBe('gone');
  });
});

describe.skipIf(!engine)('a program that is asked to stop', () => {
  it('gets SIGTERM and ends as cancelled', async () => {
    const run = pythonRun(`
import signal, sys, time
def stop(*_):
    print('saving', flush=True); sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print('ready', flush=True)
time.sleep(60)
`);
    const handle = await begin(executor, run);
    await until(
      'it is ready',
      async () => (await executor.observe(handle, run.folder)) && outputOf(run).includes('ready'),
    );
    await executor.cancel(handle, run.folder, false);
    expect(await watch(executor, handle, run.folder)).toMatchObject({ state: 'cancelled', exitCode: 0 });
    expect(outputOf(run)).toBe('ready\nsaving\n');
    await executor.collect(handle, run.folder);
    // It is gone, and asking again is no error.
    await executor.cancel(handle, run.folder, true);
  });

  it('and does not want to is ended by force with everything that it started', async () => {
    const run = pythonRun(`
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
print('ready', flush=True)
time.sleep(60)
`);
    const handle = await begin(executor, run);
    await until(
      'it is ready',
      async () => (await executor.observe(handle, run.folder)) && outputOf(run).includes('ready'),
    );
    await executor.cancel(handle, run.folder, false);
    expect(await executor.observe(handle, run.folder)).toBe('running');
    await executor.cancel(handle, run.folder, true);
    expect(await watch(executor, handle, run.folder)).toMatchObject({
      state: 'cancelled',
      signal: 'SIGKILL',
    });
    await executor.collect(handle, run.folder);
  });
});

describe.skipIf(!engine)('a container that is ended from outside', () => {
  it('by docker kill is a failed run that says so', async () => {
    const run = pythonRun(countToTen);
    const handle = await begin(executor, run);
    await executor.observe(handle, run.folder);
    await engine!.docker.getContainer(String(handle.container)).kill();
    expect(await watch(executor, handle, run.folder)).toMatchObject({ state: 'failed', signal: 'SIGKILL' });
    const evidence = await executor.collect(handle, run.folder);
    expect(evidence.outOfMemory).toBe(false);
    expect(evidence.endedBy).toContain('docker kill');
  });

  it('by docker rm is gone without a sentinel', async () => {
    const run = pythonRun(countToTen);
    const handle = await begin(executor, run);
    await engine!.docker.getContainer(String(handle.container)).remove({ force: true });
    expect(await watch(executor, handle, run.folder)).toBeNull();
    expect((await executor.collect(handle, run.folder)).endedBy).toBe('its container was removed');
  });

  it('for want of memory says that', async () => {
    const run = pythonRun(
      `x = bytearray(400_000_000)\nfor i in range(0, len(x), 4096): x[i] = 1\nprint('alive')`,
      {
        resources: { memoryBytes: 100 * 2 ** 20 },
      },
    );
    const { exit, evidence } = await runToEnd(executor, run);
    expect(exit).toMatchObject({ state: 'failed', signal: 'SIGKILL' });
    expect(evidence).toMatchObject({ outOfMemory: true });
    expect(outputOf(run)).toBe('');
  });

  it('by its time limit, though no core is there', async () => {
    const run = pythonRun(`import time\nprint('begun', flush=True)\ntime.sleep(60)`, {
      resources: { timeLimitMs: 1000 },
    });
    const first = executorFor(engine!);
    const handle = await begin(first, run);
    await first.close();
    await engine!.docker.getContainer(String(handle.container)).wait();
    expect(await watch(executor, handle, run.folder)).toMatchObject({
      state: 'failed',
      signal: 'SIGTERM',
      cause: 'time-limit',
    });
    const evidence = await executor.collect(handle, run.folder);
    expect(evidence.endedBy).toBeNull();
  });

  it('in time keeps its own end under a time limit', async () => {
    const run = pythonRun(`raise SystemExit(7)`, { resources: { timeLimitMs: 60_000 } });
    const { exit } = await runToEnd(executor, run);
    expect(exit).toMatchObject({ state: 'failed', exitCode: 7 });
    expect(exit).not.toHaveProperty('cause');
  });
});

describe.skipIf(!engine)('what a program in a container cannot do', () => {
  it('is to write its data, its parameters or the SDK', async () => {
    const data = makeData({ 'table.csv': 'a,b\n1,2\n' });
    const run = pythonRun(
      `
import os
print(open(os.environ['LATHE_DATA'] + '/table.csv').read())
for place in (os.environ['LATHE_DATA'] + '/new', os.environ['LATHE_PARAMS'], '/lathe/sdk/new', os.environ['LATHE_DATA'] + '/table.csv'):
    try:
        open(place, 'a'); print('wrote', place)
    except OSError as error:
        print(error.errno)
`,
      { inputs: [{ name: 'data', path: data }] },
    );
    await runToEnd(executor, run);
    expect(outputOf(run)).toBe('a,b\n1,2\n\n30\n30\n30\n30\n');
  });

  it('is to reach a network', async () => {
    const run = pythonRun(`
print(sorted(line.split(':')[0].strip() for line in open('/proc/net/dev') if ':' in line))
import _socket
s = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
try:
    s.connect(('192.0.2.1', 9)); print('connected')
except OSError as error:
    print(error.errno)
`);
    await runToEnd(executor, run);
    const [cards, errno] = outputOf(run).trim().split('\n');
    // Tunnels that the kernel puts into every network namespace lead nowhere.
    expect(cards).toContain("'lo'");
    expect(cards).not.toMatch(/eth|veth|docker/);
    expect(errno).toBe('101');
  });

  it('is to mount, to become root or to gain a capability', async () => {
    const run = pythonRun(`
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
print(libc.mount(b'none', b'/tmp', b'tmpfs', 0, None), ctypes.get_errno())
try: os.setuid(0)
except OSError as error: print(error.errno)
status = open('/proc/self/status').read()
print([line for line in status.splitlines() if line.startswith(('CapEff', 'CapPrm', 'CapBnd', 'NoNewPrivs'))])
`);
    await runToEnd(executor, run);
    expect(outputOf(run)).toBe(
      `-1 1\n1\n['CapPrm:\\t0000000000000000', 'CapEff:\\t0000000000000000', 'CapBnd:\\t0000000000000000', 'NoNewPrivs:\\t1']\n`,
    );
  });
});

describe.skipIf(!engine)('a running container', () => {
  it('tells what it uses', async () => {
    const run = pythonRun(`
import os, time
keep = bytearray(50_000_000)
for i in range(0, len(keep), 4096): keep[i] = 1
open(os.environ['LATHE_OUTPUTS'] + '/big', 'wb').write(keep)
print('ready', flush=True)
end = time.time() + 60
while time.time() < end: pass
`);
    const handle = await begin(executor, run);
    await until(
      'it is ready',
      async () => (await executor.observe(handle, run.folder)) && outputOf(run).includes('ready'),
    );
    const first = (await executor.usage(handle, run.folder))!;
    await until(
      'it has used more',
      async () => (await executor.usage(handle, run.folder))!.cpuMs > first.cpuMs + 50,
    );
    expect(first.memoryBytes).toBeGreaterThan(50_000_000);
    expect(first.memoryBytes).toBeLessThan(200_000_000);
    expect(first.processes).toBeGreaterThanOrEqual(2);
    expect(first.pids.map((pid) => fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8')).join()).toContain(
      'main.py',
    );
    await executor.cancel(handle, run.folder, true);
    await watch(executor, handle, run.folder);
    expect(await executor.usage(handle, run.folder)).toBeNull();
    await executor.collect(handle, run.folder);
    expect(await executor.usage(handle, run.folder)).toBeNull();
  });
});
