import { describe, expect, it } from 'vitest';
import { buildFailure, lineOfInstruction } from './build-context.ts';
import { readStats } from './container-usage.ts';
import { Demultiplexer } from './demultiplex.ts';
import { isOutage, outage, wordsOf } from './engine-errors.ts';
import { PullProgress } from './pull-progress.ts';
import { signalOf } from './write-exit.ts';

function frame(stream: 1 | 2, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

describe('the two streams of a log', () => {
  const whole = Buffer.concat([
    frame(1, 'one\n'),
    frame(2, 'oh\n'),
    frame(1, ''),
    frame(1, 'two'.repeat(50)),
  ]);

  it('are told apart wherever the network cuts them', () => {
    for (const size of [1, 3, 7, 8, 9, 64, whole.length]) {
      const frames = new Demultiplexer();
      let [stdout, stderr] = ['', ''];
      for (let at = 0; at < whole.length; at += size) {
        const sorted = frames.push(whole.subarray(at, at + size));
        stdout += Buffer.concat(sorted.stdout).toString();
        stderr += Buffer.concat(sorted.stderr).toString();
      }
      expect({ stdout, stderr }).toEqual({ stdout: `one\n${'two'.repeat(50)}`, stderr: 'oh\n' });
    }
  });
});

describe('a pull', () => {
  it('tells how much of the layers is here, how fast it goes and how long it will take', () => {
    let now = 0;
    const progress = new PullProgress('torch:1', () => now);
    const [a, b] = ['0123456789ab', 'ba9876543210'];
    expect(progress.take({ status: 'Pulling from library/torch', id: '1' })).toMatchObject({
      fraction: null,
    });
    progress.take({ id: a, status: 'Pulling fs layer' });
    now = 1000;
    progress.take({ id: a, status: 'Downloading', progressDetail: { current: 50e6, total: 100e6 } });
    const half = progress.take({
      id: b,
      status: 'Downloading',
      progressDetail: { current: 50e6, total: 100e6 },
    });
    expect(half).toEqual({
      fraction: 0.5,
      message: 'pulling torch:1: 0 of 2 layers',
      rate: '100.0 MB/s',
      remainingMs: 1000,
    });
    progress.take({ id: a, status: 'Download complete' });
    expect(progress.take({ id: a, status: 'Pull complete' })).toMatchObject({
      fraction: 0.75,
      message: 'pulling torch:1: 1 of 2 layers',
    });
  });
});

describe('an error of the engine', () => {
  it('is an outage when the connection failed, and none when the engine answered', () => {
    expect(isOutage(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))).toBe(true);
    expect(isOutage(new Error('socket hang up'))).toBe(true);
    expect(
      isOutage(Object.assign(new Error('(HTTP code 404) x'), { statusCode: 404, code: 'ECONNRESET' })),
    ).toBe(false);
    expect(isOutage(Object.assign(new Error('The operation was aborted'), { name: 'AbortError' }))).toBe(
      false,
    );
  });

  it('names who may use a socket, and how to start what does not listen', () => {
    const refused = Object.assign(new Error('connect'), { code: 'EACCES' });
    expect(outage(refused, 'unix:///var/run/docker.sock').nextStep).toContain('group "docker"');
    const absent = Object.assign(new Error('connect'), { code: 'ENOENT' });
    expect(outage(absent, 'unix:///var/run/docker.sock')).toMatchObject({
      code: 'TARGET_FAILED',
      nextStep: 'Start it: sudo systemctl start docker',
    });
    expect(outage(absent, 'unix:///run/user/1000/podman/podman.sock').nextStep).toContain('podman.socket');
  });

  it('is told in its own words', () => {
    const error = Object.assign(new Error('(HTTP code 404) no such image - No such image: a:1 '), {
      statusCode: 404,
    });
    expect(wordsOf(error)).toBe('No such image: a:1');
    expect(wordsOf({ ...error, json: { message: 'No such image' } })).toBe('No such image');
  });
});

describe('a build that failed', () => {
  const text = 'FROM base\nRUN pip install \\\n    torch \\\n    numpy\nrun  echo   two\n';

  it('is found in the Dockerfile by the words that the engine repeats', () => {
    expect(lineOfInstruction(text, 'RUN pip install     torch     numpy')).toBe(2);
    expect(lineOfInstruction(text, 'RUN echo two')).toBe(5);
    expect(lineOfInstruction(text, 'RUN echo three')).toBeNull();
  });

  it('for want of BuildKit says how to build by hand', () => {
    const context = { dockerfile: 'Dockerfile', dockerfileText: text } as never;
    const error = buildFailure(context, null, [], 'the --mount option requires BuildKit.');
    expect(error).toMatchObject({
      code: 'ENVIRONMENT_FAILED',
      nextStep: expect.stringContaining('docker build'),
    });
  });
});

describe('counters of a container', () => {
  const stats = {
    cpu_stats: { cpu_usage: { total_usage: 2_500_000_000 } },
    blkio_stats: {
      io_service_bytes_recursive: [
        { op: 'read', value: 10 },
        { op: 'Write', value: 20 },
        { op: 'write', value: 5 },
      ],
    },
    networks: { eth0: { rx_bytes: 1, tx_bytes: 2 }, eth1: { rx_bytes: 10, tx_bytes: 20 } },
  };

  it('are read of both kinds of control groups, without the pages of files', () => {
    const one = { ...stats, memory_stats: { usage: 100, stats: { total_inactive_file: 40, cache: 50 } } };
    expect(readStats(one)).toEqual({
      cpuMs: 2500,
      memoryBytes: 60,
      readBytes: 10,
      writtenBytes: 25,
      receivedBytes: 11,
      sentBytes: 22,
    });
    const two = { ...stats, memory_stats: { usage: 100, stats: { inactive_file: 30 } } };
    expect(readStats(two).memoryBytes).toBe(70);
  });

  it('are null where the engine does not count', () => {
    const bare = {
      cpu_stats: stats.cpu_stats,
      memory_stats: { usage: 5 },
      blkio_stats: { io_service_bytes_recursive: null },
    };
    expect(readStats(bare)).toMatchObject({
      readBytes: null,
      writtenBytes: null,
      receivedBytes: null,
      sentBytes: null,
    });
  });
});

describe('an exit code', () => {
  it('above 128 is a signal', () => {
    expect([0, 1, 137, 143, 139, 255].map(signalOf)).toEqual([
      null,
      null,
      'SIGKILL',
      'SIGTERM',
      'SIGSEGV',
      null,
    ]);
  });
});
