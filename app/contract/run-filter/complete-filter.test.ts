import { describe, expect, it } from 'vitest';
import { complete, type FilterCandidates } from './complete-filter.ts';
import { quotedField } from './quoted-field.ts';
import { readRunFilter } from './read-run-filter.ts';

const candidates: FilterCandidates = {
  keys: [
    { kind: 'metric', key: 'loss', runs: 12 },
    { kind: 'metric', key: 'val/loss', runs: 3 },
    { kind: 'param', key: 'lr', runs: 12 },
    { kind: 'param', key: 'batch size', runs: 1 },
    { kind: 'tag', key: 'team', runs: 2 },
    { kind: 'data', key: 'digits', runs: 9 },
  ],
  values: { 'params.lr': [{ value: '0.1', runs: 8 }], 'tags.team': [{ value: 'two words', runs: 2 }] },
};

/** What is proposed where `|` stands. */
function at(marked: string) {
  const cursor = marked.indexOf('|');
  const text = marked.replace('|', '');
  const { from, to, options, valuesOf } = complete(text, cursor, candidates);
  return { replaced: text.slice(from, to), texts: options.map((option) => option.text), valuesOf };
}

describe('completion of a filter', () => {
  it.each<[string, string, string[]]>([
    ['metrics.l|', 'metrics.l', ['metrics.loss']],
    ['lo|', 'lo', ['metrics.loss', 'metrics.val/loss']],
    ['metrics.loss < 1 and params.b|', 'params.b', ['params."batch size"']],
    ['params."bat|', 'params."bat', ['params."batch size"']],
    ['not (dig|', 'dig', ['data.digits']],
    ['metrics.loss < 1 o|', 'o', ['or']],
    ['metrics.loss |', '', ['<', '<=', '>', '>=', '=', '!=', 'is null', 'is not null', 'and', 'or']],
    ['status |', '', ['=', '!=', 'in', 'and', 'or']],
    ['status = f|', 'f', ['finished', 'failed']],
    ['status in (running, f|', 'f', ['finished', 'failed']],
    ['params.lr = |', '', ['0.1']],
    ['tags.team = tw|', 'tw', ["'two words'"]],
    ["tags.team = 'two w|", "'two w", ["'two words'"]],
    ['started > -7|', '-7', ['-7d']],
    ['data.digits |', '', ['and', 'or']],
    ['metrics.loss is null |', '', ['and', 'or']],
    ['zzz|', 'zzz', []],
    ['tem| < 3', 'tem', ['template']],
  ])('%s', (marked, replaced, texts) => {
    expect(at(marked)).toMatchObject({ replaced, texts });
  });

  it('begins with everything that is there', () => {
    const { texts } = at('|');
    expect(texts.slice(0, 3)).toEqual(['metrics.loss', 'metrics.val/loss', 'params.lr']);
    expect(texts).toContain('started');
    expect(texts).toContain('not');
  });

  it('says of each option what it is, and how many runs have it', () => {
    const many = {
      ...candidates,
      keys: [...candidates.keys, { kind: 'tag', key: 'owner', runs: 12_000 } as const],
    };
    const { options } = complete('', 0, many);
    const of = (text: string) => options.find((option) => option.text === text);
    expect(of('metrics.loss')).toEqual({ text: 'metrics.loss', kind: 'metric', runs: 12, detail: '12 runs' });
    expect(of('params."batch size"')).toMatchObject({ kind: 'param', runs: 1, detail: '1 run' });
    expect(of('tags.owner')).toMatchObject({ kind: 'tag', runs: 12_000, detail: '12,000 runs' });
    expect(of('data.digits')).toMatchObject({ kind: 'data', runs: 9 });
    expect(of('started')).toMatchObject({ kind: 'attribute', runs: null });
    expect(of('not')).toMatchObject({ kind: 'word', runs: null });
    expect(complete('params.lr = ', 12, candidates).options[0]).toMatchObject({ kind: 'value', runs: 8 });
    expect(complete('params.lr ', 10, candidates).options[0]).toMatchObject({ kind: 'operator', runs: null });
  });

  it('says of which field values would help', () => {
    expect(at('params.optimizer = |').valuesOf).toBe('params.optimizer');
    expect(at('params."batch size" in (1, |').valuesOf).toBe('params.batch size');
    expect(at('run_name = |').valuesOf).toBe('name');
    expect(at('experiment = |').valuesOf).toBe('experiment');
    expect(at('metrics.loss < |').valuesOf).toBeNull();
    expect(at('|').valuesOf).toBeNull();
  });

  it('proposes only what the filter can read', () => {
    for (const { text } of complete('', 0, candidates).options) {
      if (text === 'not') continue;
      const [operator] = complete(`${text} `, text.length + 1, candidates).options;
      if (operator && operator.text !== 'and') {
        const typed = `${text} ${operator.text} `;
        const value = complete(typed, typed.length, candidates).options[0]?.text ?? '1';
        expect(() => readRunFilter(`${typed}${value}`, 0), `${typed}${value}`).not.toThrow();
      } else expect(() => readRunFilter(text, 0), text).not.toThrow();
    }
  });
});

describe('a field as it is written', () => {
  it.each(['loss', 'val/loss', 'a b', 'it"s', 'x.y', 'größe', '3', 'a@b', 'and'])(
    'means the same key again: %s',
    (key) => {
      expect(readRunFilter(`${quotedField('metrics', key)} < 1`, 0)).toMatchObject({ kind: 'metric', key });
      expect(readRunFilter(`${quotedField('tags', key)} = x`, 0)).toMatchObject({ kind: 'tag', key });
    },
  );
});
