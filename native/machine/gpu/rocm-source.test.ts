import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseRocm } from './rocm-json.ts';
import { createRocmSource } from './rocm-source.ts';

// Written after AMD's documentation: neither these texts nor the code has met a real card.
const twoCards = fs.readFileSync(
  new URL('../../../test/fixtures/gpu/rocm-smi-two-cards.json', import.meta.url),
  'utf8',
);

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

/** A tool that prints a file's text, which may change, and counts how often it was started. */
function tool(text: string) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-rocm-'));
  folders.push(folder);
  const file = path.join(folder, 'rocm-smi');
  const show = (next: string) => fs.writeFileSync(path.join(folder, 'text'), next);
  show(text);
  fs.writeFileSync(file, `#!/bin/sh\necho . >> "${folder}/starts"\ncat "${folder}/text"\n`, { mode: 0o755 });
  const starts = () => fs.readFileSync(path.join(folder, 'starts'), 'utf8').split('\n').length - 1;
  return { file, show, starts };
}

describe('a machine with AMD GPUs', () => {
  it('tells of each card in the words of its release', () => {
    expect(parseRocm(`WARNING: AMD GPU device(s) is/are in a low-power state.\n${twoCards}`)).toEqual([
      {
        id: 'GPU-5b8ac2d17f3e9042',
        index: 0,
        vendor: 'amd',
        name: 'Radeon RX 7900 XTX',
        driver: '6.8.5',
        utilisationPercent: 87,
        memoryUsedBytes: 9_126_805_504,
        memoryTotalBytes: 25_753_026_560,
        powerWatts: 213,
        temperatureCelsius: 47,
        processes: [],
      },
      {
        id: '0000:C5:00.0',
        index: 1,
        vendor: 'amd',
        name: 'AMD Instinct MI300X',
        driver: '6.8.5',
        utilisationPercent: 0,
        memoryUsedBytes: 297_017_344,
        memoryTotalBytes: 206_141_652_992,
        powerWatts: 133,
        temperatureCelsius: 41,
        processes: [],
      },
    ]);
  });

  it('asks the slow tool once for many readings, and again when its answer is old', async () => {
    const { file, show, starts } = tool(twoCards);
    const source = createRocmSource(() => file, 400);
    expect(await Promise.all([source.read(), source.read()])).toMatchObject([{ length: 2 }, { length: 2 }]);
    expect(await source.read()).toHaveLength(2);
    expect(starts()).toBe(1);
    show(twoCards.replace('"87"', '"12"'));
    await vi.waitUntil(async () => (await source.read())[0]!.utilisationPercent === 12, { timeout: 20_000 });
    source.close();
    expect(await source.read()).toEqual([]);
  });
});

describe('an AMD driver that does not work', () => {
  it('is told in the tool’s own words, and used again when it works', async () => {
    const { file, show } = tool('ERROR:root:Driver not initialized (amdgpu not found in modules)\n');
    const source = createRocmSource(() => file, 50);
    await expect(source.read()).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining('Driver not initialized'),
      nextStep: expect.stringContaining('modprobe amdgpu'),
    });
    expect(source.hasAnswered()).toBe(false);
    show(twoCards);
    await vi.waitUntil(
      () =>
        source.read().then(
          ({ length }) => length === 2,
          () => false,
        ),
      { timeout: 20_000 },
    );
    expect(source.hasAnswered()).toBe(true);
    source.close();
  });

  it.each(['', '[]', '{"card0": ', 'not a word of JSON'])('gives no cards from "%s"', (text) => {
    expect(parseRocm(text)).toBeNull();
  });

  it('is no driver at all without the tool', async () => {
    const source = createRocmSource(() => '/nonexistent/rocm-smi', 50);
    expect(await source.read()).toEqual([]);
    source.close();
  });
});
