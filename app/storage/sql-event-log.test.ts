import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testCore } from '../../test/support/test-core.ts';
import type { Event } from '../contract/events.contract.ts';
import type { Core } from '../kernel/core.ts';

describe('the audit log', () => {
  let folder: string;
  let core: Core;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-events-'));
    core = testCore(folder);
  });
  afterEach(() => {
    core.database.close();
    fs.rmSync(folder, { recursive: true });
  });

  const subject = { kind: 'run', id: 'r1' } as const;

  it('names the line that was changed behind its back', () => {
    for (const name of ['a', 'b', 'c', 'd']) core.events.append('run.updated', subject, { name });
    expect(core.events.verify()).toEqual({ ok: true, events: 4, firstBadSeq: null });
    core.database.prepare(`UPDATE events SET data = '{"name":"x"}' WHERE seq = 3`).run();
    expect(core.events.verify()).toMatchObject({ ok: false, firstBadSeq: 3 });
  });

  it('notices a line that was taken out', () => {
    for (const name of ['a', 'b', 'c']) core.events.append('run.updated', subject, { name });
    core.database.prepare('DELETE FROM events WHERE seq = 2').run();
    expect(core.events.verify().ok).toBe(false);
  });

  it('tells listeners only of what was committed', () => {
    const heard: string[] = [];
    core.events.subscribe(({ kind }) => heard.push(kind));
    expect(() =>
      core.database.transaction(() => {
        core.events.append('run.deleted', subject);
        throw new Error('no');
      }),
    ).toThrow('no');
    core.database.transaction(() => core.events.append('run.created', subject));
    expect(heard).toEqual(['run.created']);
  });

  it('resumes a watch without gap or repetition', async () => {
    for (let index = 0; index < 5; index++) core.events.append('run.updated', subject, { index });
    const abort = new AbortController();
    const seen: number[] = [];
    const watching = (async () => {
      for await (const event of core.events.watch(2, abort.signal)) {
        seen.push(event.seq);
        if (event.seq === 4) core.events.append('run.updated', subject, { late: true });
        if (event.seq === 6) abort.abort();
      }
    })();
    await watching;
    expect(seen).toEqual([3, 4, 5, 6]);
  });

  it('lists the newest first, page by page', () => {
    for (let index = 0; index < 5; index++) core.events.append('run.updated', subject, { index });
    const first: Event[] = core.events.list({ limit: 2 });
    expect(first.map(({ seq }) => seq)).toEqual([5, 4]);
    expect(core.events.list({ before: 4, limit: 2 }).map(({ seq }) => seq)).toEqual([3, 2]);
  });
});
