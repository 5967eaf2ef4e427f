import { describe, expect, it } from 'vitest';
import { type Output, ProgressLine, progressWords } from './progress-line.ts';
import { renderTable } from './table.ts';
import { durationWords, numberWords, sizeWords } from './words.ts';

describe('a table', () => {
  it('aligns its columns and leaves no trailing spaces', () => {
    const text = renderTable(
      [{ title: 'A' }, { title: 'N', align: 'right' }, { title: 'B' }],
      [
        ['long one', '7', ''],
        ['x', '42', 'y'],
      ],
    );
    expect(text).toBe('A          N  B\nlong one   7\nx         42  y');
  });

  it('shortens the widest column to the terminal, and never one that people copy', () => {
    const id = 'f'.repeat(32);
    const lines = renderTable(
      [{ title: 'NAME' }, { title: 'ID', whole: true }],
      [['n'.repeat(80), id]],
      60,
    ).split('\n');
    expect(lines[1]).toBe(`${'n'.repeat(25)}…  ${id}`);
  });

  it('passes no control character on to the terminal', () => {
    expect(renderTable([{ title: 'A' }], [['x\u001b[2Jy\nz']])).toBe('A\nx [2Jy z');
  });
});

describe('progress', () => {
  const progress = { fraction: 0.316, message: 'epoch 6', rate: '310 steps/s', remainingMs: 12_000 };

  it('reads as bar, share, phrase, rate and time left', () => {
    expect(progressWords('Training', progress, true)).toBe(
      `Training  [${'█'.repeat(6)}${'░'.repeat(14)}]   31 %  epoch 6 · 310 steps/s · 12.0 s left`,
    );
  });

  it('writes plain lines where there is no terminal, and only when they say something new', () => {
    let text = '';
    const output: Output = { write: (part) => (text += part) };
    const line = new ProgressLine(output);
    line.show('Training', progress);
    line.show('Training', { ...progress, fraction: 0.4 });
    line.clear();
    expect(text).toBe('Training   31 %  epoch 6 · 310 steps/s · 12.0 s left\n');
  });
});

it('numbers, sizes and durations are short', () => {
  expect([numberWords(0.123456), numberWords(1e-7), numberWords(12), numberWords(null)]).toEqual([
    '0.1235',
    '1.000e-7',
    '12',
    '',
  ]);
  expect([sizeWords(12), sizeWords(2048), sizeWords(52_000_000)]).toEqual(['12 B', '2.0 KB', '52 MB']);
  expect([durationWords(12), durationWords(61_000), durationWords(null)]).toEqual(['12 ms', '1 min 1 s', '']);
});
