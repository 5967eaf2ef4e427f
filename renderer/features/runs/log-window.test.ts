import { describe, expect, it } from 'vitest';
import { markText } from './log-marks.ts';
import {
  appended,
  emptyWindow,
  findLines,
  type LogSlice,
  linesBefore,
  prepended,
  reachesEnd,
  windowEnd,
  windowLines,
  windowOf,
  windowStart,
} from './log-window.ts';

const file = Array.from({ length: 1000 }, (_, index) => `line ${index}\n`).join('');
const slice = (offset: number, length: number): LogSlice => {
  const text = file.slice(offset, offset + length);
  return { text, offset, nextOffset: offset + text.length, sizeBytes: file.length };
};

describe('the part of a log that the page holds', () => {
  it('grows at both ends, also where a slice ends inside a line', () => {
    let window = windowOf(slice(503, 100));
    window = appended(window, slice(603, 50));
    window = prepended(window, slice(303, 200));
    expect([windowStart(window), windowEnd(window)]).toEqual([303, 653]);
    expect(windowLines(window).join('\n')).toBe(file.slice(303, 653).replace(/\n$/, ''));
  });

  it('leaves out what it has already, and what would leave a gap', () => {
    const window = windowOf(slice(100, 100));
    expect(windowEnd(appended(window, slice(150, 100)))).toBe(200);
    expect(windowEnd(appended(window, slice(300, 10)))).toBe(200);
    expect(windowStart(prepended(window, slice(0, 50)))).toBe(100);
  });

  it('lets the far end go when it holds too much', () => {
    let window = windowOf(slice(0, 100));
    for (let offset = 100; offset < 1000; offset += 100) window = appended(window, slice(offset, 100), 300);
    expect([windowStart(window), windowEnd(window)]).toEqual([700, 1000]);
    window = prepended(window, slice(600, 100), 300);
    expect([windowStart(window), windowEnd(window)]).toEqual([600, 900]);
  });

  it('goes on before a start that lies inside a character', () => {
    const window = windowOf({ text: '\ufffd\ufffdend\n', offset: 5, nextOffset: 11, sizeBytes: 11 });
    const grown = prepended(window, { text: 'so: ', offset: 0, nextOffset: 4, sizeBytes: 11 });
    expect(windowStart(grown)).toBe(0);
    expect(windowLines(grown)).toEqual(['so: \ufffdend']);
  });

  it('reaches the end where only a part of a character is missing', () => {
    const window = windowOf({ text: 'abc', offset: 0, nextOffset: 3, sizeBytes: 4 });
    expect(reachesEnd(window)).toBe(true);
    expect(reachesEnd({ ...window, sizeBytes: 9 })).toBe(false);
  });

  it('counts the lines that came or went at its start', () => {
    const window = prepended(windowOf(slice(500, 100)), slice(300, 200));
    expect(linesBefore(window, 500)).toBe(file.slice(300, 500).split('\n').length - 1);
    expect(linesBefore(window, 300)).toBe(0);
  });

  it('is empty before anything was printed', () => {
    expect(windowLines(emptyWindow)).toEqual([]);
  });

  it('shows a progress bar as it was left, and no colours', () => {
    const text = '10%\r50%\r100%\n\u001b[32mgreen\u001b[0m\rover\r\nplain\n';
    const lines = windowLines(windowOf({ text, offset: 0, nextOffset: 10, sizeBytes: 10 }));
    expect(lines).toEqual(['100%', 'over', 'plain']);
  });

  it('finds lines by a text in them', () => {
    expect(findLines(['Loss 1', 'acc', 'LOSS 2'], 'loss')).toEqual([0, 2]);
    expect(findLines(['a'], '')).toEqual([]);
  });
});

describe('a found text in a line', () => {
  it('is marked wherever it occurs, whatever its case', () => {
    const parts = markText('Loss 1, loss 2', 'loss');
    expect(parts.filter(({ marked }) => marked).map(({ part }) => part)).toEqual(['Loss', 'loss']);
    expect(parts.map(({ part }) => part).join('')).toBe('Loss 1, loss 2');
  });
});
