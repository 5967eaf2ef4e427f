import { describe, expect, it } from 'vitest';
import { emptyImport, readSource, readTags, sourceKinds, wordsOfSource } from './import-draft.ts';

describe('the source of an import as it is typed', () => {
  it('says nothing while nothing is typed, whatever its kind', () => {
    for (const [kind] of sourceKinds) {
      expect(readSource({ ...emptyImport, kind })).toEqual({ source: null, problem: '' });
    }
  });

  it('becomes what the core takes', () => {
    expect(readSource({ ...emptyImport, paths: ' /a/b.csv \n\n/c' }).source).toEqual({
      kind: 'paths',
      paths: ['/a/b.csv', '/c'],
    });
    expect(
      readSource({ ...emptyImport, kind: 's3', bucket: 'lake', prefix: 'raw/', credential: 'lake-key' })
        .source,
    ).toEqual({
      kind: 's3',
      bucket: 'lake',
      prefix: 'raw/',
      endpoint: null,
      region: 'us-east-1',
      pathStyle: true,
      credential: 'lake-key',
    });
    expect(
      readSource({ ...emptyImport, kind: 'sql', engine: 'sqlite', database: '/x.db', query: 'SELECT 1' })
        .source,
    ).toMatchObject({ engine: 'sqlite', credential: null });
  });

  it('says which part does not fit', () => {
    expect(readSource({ ...emptyImport, kind: 'url', url: 'ftp://x/y' }).problem).toMatch(/^url: .*http/);
    expect(readSource({ ...emptyImport, kind: 'url', url: 'https://x/y', digest: 'abc' }).problem).toMatch(
      /^digest: /,
    );
  });

  it('names the data set', () => {
    expect(wordsOfSource({ ...emptyImport, kind: 'url', url: 'https://x/y/data.csv?a=1' })).toBe(
      'https://x/y/data.csv',
    );
    expect(wordsOfSource({ ...emptyImport, kind: 'sql', query: 'SELECT * FROM sales' })).toBe('sales');
  });
});

describe('tags as they are typed', () => {
  it('have a value or none', () => {
    expect(readTags('reviewed, by = ada\nsource=a=b').tags).toEqual({
      reviewed: '',
      by: 'ada',
      source: 'a=b',
    });
  });

  it('say what does not fit', () => {
    expect(readTags('fine, =empty').problem).toMatch('“=empty”');
  });
});
