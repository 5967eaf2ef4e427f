import { describe, expect, it } from 'vitest';
import { readDelimited } from '../delimited.ts';
import { csvText, latexText, markdownText } from './table-text.ts';

const table = {
  columns: [
    { title: 'Run', numeric: false },
    { title: 'val_loss', numeric: true },
  ],
  rows: [
    ['a "b", c', '0.1000'],
    ['50% of {x}_1 & ~y^2 \\ #3 $', '−0.5 ± 0.1'],
    ['two\nlines | pipe', '∞'],
  ],
};

describe('a table copied as text', () => {
  it('comes back from CSV cell by cell', () => {
    expect(readDelimited(csvText(table))).toEqual({ head: ['Run', 'val_loss'], rows: table.rows });
  });

  it('keeps every Markdown row in one line, with its pipes inside', () => {
    const [head, rule, , , last] = markdownText(table).split('\n');
    expect([head, rule]).toEqual(['| Run | val\\_loss |', '| --- | ---: |']);
    expect(last).toBe('| two lines \\| pipe | ∞ |');
  });

  it('escapes all that LaTeX would take for commands', () => {
    const text = latexText(table);
    expect(text).toContain('\\begin{tabular}{lr}');
    expect(text).toContain('Run & val\\_loss \\\\');
    expect(text).toContain(
      '50\\% of \\{x\\}\\_1 \\& \\textasciitilde{}y\\textasciicircum{}2 \\textbackslash{} \\#3 \\$ & $-$0.5 $\\pm$ 0.1 \\\\',
    );
    expect(text).toContain('two lines \\textbar{} pipe & $\\infty$ \\\\');
  });
});
