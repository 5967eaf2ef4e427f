import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testCore } from '../../../../test/support/test-core.ts';
import type { RunId } from '../../../contract/ids.ts';
import type { FoundInLogs } from '../../../contract/runs.contract.ts';
import type { Core } from '../../../kernel/core.ts';
import { newId } from '../../../kernel/new-id.ts';
import { type LogQuery, searchLogs } from './search-logs.ts';

let folder: string;
let core: Core;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-logs-'));
  core = testCore(folder);
});
afterEach(() => {
  core.database.close();
  fs.rmSync(folder, { recursive: true });
});

function run(name: string, logs: Partial<Record<'stdout' | 'stderr', string | Buffer>>) {
  const id = newId<RunId>();
  fs.mkdirSync(core.folders.run(id), { recursive: true });
  for (const [stream, text] of Object.entries(logs))
    fs.writeFileSync(path.join(core.folders.run(id), `${stream}.log`), text);
  return { id, name };
}

async function search(
  runs: { id: RunId; name: string }[],
  text: string,
  query: Partial<LogQuery> = {},
  signal?: AbortSignal,
): Promise<FoundInLogs[]> {
  const found: FoundInLogs[] = [];
  const options = {
    text,
    caseSensitive: false,
    streams: ['stdout', 'stderr'],
    limit: 100,
    ...query,
  } as const;
  for await (const each of searchLogs(core.folders, runs, options, signal)) found.push(each);
  return found;
}

const words = (found: FoundInLogs[]) =>
  found.map((each) =>
    each.kind === 'end'
      ? `${each.runs} runs${each.limited ? ', limited' : ''}`
      : `${each.runName} ${each.stream} ${each.line} ${each.offset} ${each.text}`,
  );

describe('a search of logs', () => {
  it('names run, stream, line and where the line begins, whatever the capitals', async () => {
    const runs = [
      run('a', { stdout: 'ok\nCUDA error: größe\r\nend', stderr: 'no\ncuda' }),
      run('b', { stdout: '' }),
      { id: newId<RunId>(), name: 'without a folder' },
    ];
    expect(words(await search(runs, 'cuda'))).toEqual([
      'a stdout 2 3 CUDA error: größe',
      'a stderr 2 3 cuda',
      '1 runs',
    ]);
    expect(words(await search(runs, 'cuda', { caseSensitive: true }))).toEqual([
      'a stderr 2 3 cuda',
      '1 runs',
    ]);
    expect(words(await search(runs, 'GRÖSSE'))).toEqual(['1 runs']);
    expect(words(await search(runs, 'GRÖßE', { streams: ['stdout'] }))).toEqual([
      'a stdout 2 3 CUDA error: größe',
      '1 runs',
    ]);
    expect(words(await search(runs, 'en'))).toEqual(['a stdout 3 24 end', '1 runs']);
  });

  it('takes what was typed as it is', async () => {
    const runs = [run('a', { stdout: 'loss=(nan)*\nlossnan\n' })];
    expect(words(await search(runs, '(nan)*'))).toEqual(['a stdout 1 0 loss=(nan)*', '1 runs']);
  });

  it('ends at its limit and says so', async () => {
    const runs = [run('a', { stdout: 'x\n'.repeat(10), stderr: 'x' }), run('b', { stdout: 'x\n' })];
    expect(words(await search(runs, 'x', { limit: 3 }))).toHaveLength(4);
    expect((await search(runs, 'x', { limit: 3 })).at(-1)).toMatchObject({ limited: true });
    expect((await search(runs, 'x', { limit: 12 })).filter(({ kind }) => kind === 'match')).toHaveLength(12);
    expect((await search([runs[0]!], 'x', { limit: 10, streams: ['stderr'] })).at(-1)).toMatchObject({
      limited: false,
    });
  });

  it('finds lines on either side of every border between two reads', async () => {
    const lines = Array.from({ length: 40_000 }, (_, index) =>
      index % 1000 === 999
        ? `needle ${index} ${'é'.repeat(index % 50)}`
        : `step ${index} ${'·'.repeat(index % 30)}`,
    );
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    const found = await search([run('a', { stdout: bytes })], 'NEEDLE');
    const expected = lines.flatMap((text, index) =>
      text.startsWith('needle') ? [{ line: index + 1, text }] : [],
    );
    expect(found.slice(0, -1)).toMatchObject(expected);
    for (const each of found)
      if (each.kind === 'match')
        expect(bytes.subarray(each.offset, each.offset + 6).toString()).toBe('needle');
    expect(found.at(-1)).toMatchObject({ sizeBytes: bytes.length });
  });

  it('finds a text in a line of megabytes once, also where two pieces meet, and goes on counting after it', async () => {
    // The first read of a quarter of a megabyte ends within the word.
    const before = `x${'ü'.repeat((262_144 - 'first\nx'.length - 3) / 2)}`;
    const line = `${before}needle${'-'.repeat(3_000_000)}needle`;
    const found = await search([run('a', { stdout: `first\n${line}\nneedle\n` })], 'needle');
    expect(found).toMatchObject([
      { kind: 'match', line: 2, offset: 6, text: expect.stringContaining('üneedle') },
      { kind: 'match', line: 3, offset: 7 + Buffer.byteLength(line), text: 'needle' },
      { kind: 'end' },
    ]);
    expect(found[0]!.kind === 'match' && found[0]!.text.length).toBeLessThan(500);
  });

  it('stops when it is cancelled', async () => {
    const signal = AbortSignal.abort();
    await expect(search([run('a', { stdout: 'x\n' })], 'x', {}, signal)).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
