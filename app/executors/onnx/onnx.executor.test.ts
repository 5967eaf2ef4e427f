import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunId } from '../../contract/ids.ts';
import { processStart } from '../process/process-identity.ts';
import { createOnnxExecutor } from './onnx.executor.ts';

const run = 'a'.repeat(32) as RunId;

describe('the process of a native run', () => {
  let folder: string;
  const executor = createOnnxExecutor({
    start: () => Promise.reject(new Error('not used')),
    startDetached: () => Promise.reject(new Error('not used')),
  });

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-executor-'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  async function sleeper() {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log(1)'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    return { child, handle: { pid: child.pid!, start: processStart(child.pid!) }, exit: once(child, 'exit') };
  }

  it('is not found in a note that its process died over while it wrote it', async () => {
    fs.writeFileSync(path.join(folder, 'process.json'), '{"pi');
    expect(await executor.find(run, folder)).toBeNull();
  });

  it('is no stranger that has its id now', async () => {
    const { child, handle, exit } = await sleeper();
    expect(await executor.observe({ ...handle, start: null }, folder)).toBe('gone');
    await executor.cancel({ ...handle, start: null }, folder, true);
    expect(await executor.observe(handle, folder)).toBe('running');
    child.kill('SIGKILL');
    await exit;
  });

  it('is asked to stop also when nothing can be written to its folder', async () => {
    const { handle, exit } = await sleeper();
    expect(await executor.observe(handle, folder)).toBe('running');
    await executor.cancel(handle, path.join(folder, 'is', 'gone'), false);
    expect((await exit)[1]).toBe('SIGTERM');
    expect(await executor.observe(handle, folder)).toBe('gone');
    await executor.cancel(handle, folder, true);
  });

  it('is not taken for another that has its number', async () => {
    const { child, handle, exit } = await sleeper();
    const stranger = { ...handle, start: 'another time' };
    expect(await executor.observe(stranger, folder)).toBe('gone');
    await executor.cancel(stranger, folder, true);
    expect(child.exitCode).toBeNull();
    child.kill('SIGKILL');
    await exit;
  });

  it('is found by the note that it left in its folder', async () => {
    expect(await executor.find(run, folder)).toBeNull();
    fs.writeFileSync(path.join(folder, 'process.json'), JSON.stringify({ pid: process.pid }));
    expect(await executor.find(run, folder)).toEqual({ pid: process.pid, start: processStart(process.pid) });
  });

  it('is not found in a stranger that got its number after the machine was restarted', async () => {
    const note = { pid: process.pid, start: 'another boot/1234' };
    fs.writeFileSync(path.join(folder, 'process.json'), JSON.stringify(note));
    expect(await executor.find(run, folder)).toEqual(note);
    expect(await executor.observe(note, folder)).toBe('gone');
  });

  it('needs nothing made ready and holds nothing after its end', async () => {
    const context = { signal: new AbortController().signal, onProgress: () => undefined };
    await executor.prepare(run, folder, context);
    expect(await executor.collect({ pid: 1, start: null }, folder)).toEqual({
      outOfMemory: false,
      endedBy: null,
      environment: {},
    });
  });

  it('tells what it uses while it is there', async () => {
    const { child, handle, exit } = await sleeper();
    const usage = await executor.usage(handle, folder);
    expect(usage).toMatchObject({ processes: 1, pids: [child.pid] });
    expect(usage!.memoryBytes).toBeGreaterThan(10e6);
    child.kill('SIGKILL');
    await exit;
    expect(await executor.usage(handle, folder)).toBeNull();
  });
});
