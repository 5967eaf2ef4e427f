import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LatheProcess, lathe, latheJson, startLathe } from '../support/lathe-process.ts';

const digits = path.join(import.meta.dirname, '../../resources/sample/digits/digits.csv');

/** A file system of 6 MiB for the tests to fill; needs the right to mount one. */
function smallDisk(): string | null {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    fs.rmdirSync(folder);
    return null;
  }
}

const disk = smallDisk();
if (!disk) console.warn('skipped: full disk (mounting a small file system needs root)');

describe.skipIf(!disk)('a host whose disk becomes full', () => {
  const workspace = path.join(disk ?? '', 'workspace');
  const filler = path.join(disk ?? '', 'filler');
  let host: LatheProcess;

  beforeAll(async () => {
    host = startLathe(['serve', '--port', '0', '--inference-port', '0'], workspace);
    await host.said(/http:\/\/127\.0\.0\.1:\d+/);
    await lathe(['data', 'import', 'digits', digits], workspace);
  });
  afterAll(async () => {
    host.child.kill('SIGTERM');
    await host.finished;
    execFileSync('umount', [disk!]);
    fs.rmdirSync(disk!);
  });

  function fill() {
    const file = fs.openSync(filler, 'w');
    try {
      for (;;) fs.writeSync(file, Buffer.alloc(4096));
    } catch {
      fs.closeSync(file);
    }
  }

  it('refuses what it cannot keep, with the cure, and keeps what it had', async () => {
    fill();
    const refused = await lathe(['data', 'import', 'more', digits, '-m', 'again', '--json'], workspace);
    const trained = await latheJson(['train', 'mlp', '--data', 'digits', '--follow'], workspace);
    fs.rmSync(filler);
    expect(refused.code).toBe(10);
    expect(JSON.parse(refused.stdout).error).toMatchObject({
      code: 'DISK_FULL',
      nextStep: expect.stringContaining('Free some space'),
    });
    expect(trained.error?.code ?? trained.failure?.code).toBe('DISK_FULL');
    expect((await latheJson(['data', 'list'], workspace)).map(({ name }: { name: string }) => name)).toEqual([
      'digits',
    ]);
    expect((await latheJson(['events', '--verify'], workspace)).ok).toBe(true);
  });

  it('goes on as before when there is room again', async () => {
    const run = await latheJson(
      ['train', 'softmax', '--data', 'digits', '-p', 'epochs=3', '--follow'],
      workspace,
    );
    expect(run.status).toBe('finished');
  });
});
