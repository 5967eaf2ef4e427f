import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Disposables } from './disposables.ts';
import { Live } from './live.ts';
import { nearest } from './nearest.ts';
import { newId } from './new-id.ts';
import { inside, WorkspaceFolders } from './workspace-folders.ts';

describe('ids', () => {
  it('sort in the order they were made, also within a millisecond and when the clock steps back', () => {
    const ids = [newId(1000), ...Array.from({ length: 5000 }, () => newId(2000)), newId(1500), newId(2001)];
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('are version 7 UUIDs without dashes', () => {
    expect(newId()).toMatch(/^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  });
});

describe('a path from outside', () => {
  it.each([
    '../x',
    'a/../b',
    '/etc/passwd',
    'a//b',
    'a/./b',
    '',
    'C:/x',
    'c:x',
    'a\\b',
    'a\0b',
    '..',
    '.',
    'a/..',
  ])('is refused: %j', (relative) => {
    expect(() => inside('/safe', relative)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });

  it('is joined when it stays inside', () => {
    expect(inside('/safe', 'a/b..c/...d')).toBe(path.join('/safe', 'a/b..c/...d'));
  });

  it('is never made from something that is not an id or digest', () => {
    const folders = new WorkspaceFolders('/w');
    expect(() => folders.run('../../etc' as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    );
    expect(() => folders.object('ab' as never)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});

describe('the nearest name', () => {
  it('is found through a slip of the finger and not invented', () => {
    expect(nearest('epocs', ['epochs', 'seed'])).toBe('epochs');
    expect(nearest('Label', ['label'])).toBe('label');
    expect(nearest('banana', ['epochs', 'seed'])).toBeNull();
  });
});

describe('a live signal', () => {
  it('joins what a slow reader has not taken, so that its memory stays bounded', async () => {
    const live = new Live<number>();
    const stream = live.iterate(undefined, { capacity: 3, merge: (older, newer) => older + newer });
    const first = stream.next();
    for (const value of [1, 2, 3, 4, 5]) live.emit(value);
    const seen = [(await first).value, (await stream.next()).value, (await stream.next()).value];
    expect(seen).toEqual([1, 2, 3 + 4 + 5]);
  });

  it('ends and lets go of its listener when the reader is gone', async () => {
    const live = new Live<number>();
    const abort = new AbortController();
    const stream = live.iterate(abort.signal);
    const next = stream.next();
    expect(live.watched).toBe(true);
    abort.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(live.watched).toBe(false);
  });
});

describe('acquired things', () => {
  it('are released last to first, all of them, even if one fails', async () => {
    const order: string[] = [];
    const acquired = new Disposables();
    acquired.add('a', () => void order.push('a'));
    acquired.add('b', () => {
      throw new Error('stuck');
    });
    acquired.add('c', () => void order.push('c'));
    await expect(acquired.dispose()).rejects.toThrow('not released');
    expect(order).toEqual(['c', 'a']);
  });
});
