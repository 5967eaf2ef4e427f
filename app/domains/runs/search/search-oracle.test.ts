import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../../../test/support/fake-clock.ts';
import { seededNumbers } from '../../../../test/support/metric-runs.ts';
import { type SearchedRun, searchedRuns } from '../../../../test/support/searched-runs.ts';
import { testCore } from '../../../../test/support/test-core.ts';
import type { RunId } from '../../../contract/ids.ts';
import { createRunSearch } from './run-search.ts';

/** A filter in words, and by itself what it means. */
interface Case {
  readonly text: string;
  readonly holds: (run: SearchedRun) => boolean;
}

const NOW = fakeClock().now();
const HOUR = 3_600_000;

const metricValues = [0, -0.5, 0.2, 1, 1e-3, 1e300, Number.NaN, Infinity, -Infinity];
const paramValues = [
  'adam',
  'Adam',
  '0.2',
  '1e-3',
  '0.001',
  '-3',
  '',
  'a b',
  'x"y\\z',
  '01',
  'nan',
  0.2,
  0.001,
  7,
  true,
  'größe',
  '100%',
  'a_b',
];
const compare: Record<string, (a: number | string, b: number | string) => boolean> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};
const operators = Object.keys(compare);

function oracle(next: () => number) {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)]!;
  const some = <T>(values: readonly T[], make: (value: T) => [string, never] | [string, unknown]) =>
    Object.fromEntries(values.filter(() => next() < 0.6).map(make));

  function run(index: number): SearchedRun {
    const started = next() < 0.8 ? NOW - Math.floor(next() * 10) * HOUR : null;
    return {
      name: pick([`run-${index}`, 'Baseline', 'base_line', 'größe', `"quoted" ${index}`]),
      experiment: pick(['digits', 'Mnist', 'a b']),
      status: pick(['queued', 'running', 'finished', 'failed', 'cancelled', 'lost']),
      startedAt: started,
      endedAt: started !== null && next() < 0.7 ? started + Math.floor(next() * 3) * HOUR : null,
      metrics: some(['loss', 'val/acc', 'a b'], (key) => [key, pick(metricValues)]) as Record<string, number>,
      params: some(['lr', 'opt', 'my key'], (key) => [key, pick(paramValues)]) as Record<
        string,
        string | number | boolean
      >,
      tags: some(['good', 'team'], (key) => [key, String(pick(paramValues))]) as Record<string, string>,
      data: next() < 0.5 ? [{ name: pick(['digits', 'my set']), version: 1 + Math.floor(next() * 3) }] : [],
    };
  }

  const numberWord = (value: number): string =>
    Number.isNaN(value)
      ? pick(['nan', 'NaN'])
      : value === Infinity
        ? pick(['inf', 'Infinity'])
        : value === -Infinity
          ? '-inf'
          : String(value);
  const quote = (value: string): string => `'${value.replaceAll("'", "''")}'`;
  const field = (entity: string, key: string): string =>
    key.includes(' ') ? `${entity}."${key}"` : `${entity}.${key}`;
  /** A text as a number, where it is written as JSON writes numbers. */
  const numeric = (text: string): number | null => {
    try {
      const value: unknown = JSON.parse(text);
      return typeof value === 'number' ? value : null;
    } catch {
      return null;
    }
  };

  function metric(): Case {
    const [key, operator, value] = [pick(['loss', 'val/acc', 'a b']), pick(operators), pick(metricValues)];
    return {
      text: `${field('metrics', key)} ${operator} ${numberWord(value)}`,
      holds({ metrics = {} }) {
        if (!(key in metrics)) return false;
        const own = metrics[key]!;
        // NaN is the same as NaN here, unlike in JavaScript, so that it can be looked for.
        if (operator === '=') return Object.is(own, value) || own === value;
        if (operator === '!=') return !(Object.is(own, value) || own === value);
        return compare[operator]!(own, value);
      },
    };
  }

  function logged(): Case {
    const kind = pick(['params', 'tags'] as const);
    const key = pick(kind === 'params' ? ['lr', 'opt', 'my key'] : ['good', 'team']);
    const textIn = (run: SearchedRun): string | undefined => {
      const value = run[kind]?.[key];
      return value === undefined ? undefined : String(value);
    };
    const choice = next();
    if (choice < 0.2)
      return { text: `${field(kind, key)} is null`, holds: (run) => textIn(run) === undefined };
    if (choice < 0.3) return { text: field(kind, key), holds: (run) => textIn(run) !== undefined };
    if (choice < 0.45) {
      const list = [String(pick(paramValues)), String(pick(paramValues))];
      const not = next() < 0.5;
      return {
        text: `${field(kind, key)} ${not ? 'not in' : 'in'} (${list.map(quote).join(', ')})`,
        holds: (run) => textIn(run) !== undefined && list.includes(textIn(run)!) !== not,
      };
    }
    if (choice < 0.6) {
      const [operator, value] = [pick(['=', '!=']), String(pick(paramValues))];
      return {
        text: `${field(kind, key)} ${operator} ${quote(value)}`,
        holds: (run) => textIn(run) !== undefined && compare[operator]!(textIn(run)!, value),
      };
    }
    const [operator, number] = [pick(operators), pick([0.2, 0.001, -3, 7])];
    return {
      text: `${field(kind, key)} ${operator} ${number}`,
      holds(run) {
        const own = textIn(run);
        if (own === undefined) return false;
        const asNumber = numeric(own);
        return asNumber === null ? operator === '!=' : compare[operator]!(asNumber, number);
      },
    };
  }

  function words(): Case {
    const word = pick([
      'base',
      'RUN-1',
      'digits',
      'a b',
      'lr=0.2',
      '"',
      '\\',
      '%',
      '_',
      'größe',
      'true',
      'zzz',
      'opt',
    ]);
    const lower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    return {
      text: quote(word),
      holds: (run) =>
        [
          run.name,
          run.experiment!,
          'mlp',
          ...Object.entries({ ...run.params }).map(([key, value]) => `${key}=${value}`),
          ...Object.entries({ ...run.tags }).map(([key, value]) => `${key}=${value}`),
        ].some((text) => lower(text).includes(lower(word))),
    };
  }

  function other(): Case {
    const choice = next();
    if (choice < 0.25) {
      const status = pick(['queued', 'running', 'finished', 'failed', 'cancelled', 'lost']);
      return { text: `status = ${status}`, holds: (run) => run.status === status };
    }
    if (choice < 0.5) {
      const [name, version] = [pick(['digits', 'my set']), pick([null, 1, 2])];
      return {
        text: `${field('data', name)}${version === null ? '' : `@${version}`}`,
        holds: ({ data = [] }) =>
          data.some((each) => each.name === name && (version === null || each.version === version)),
      };
    }
    if (choice < 0.75) {
      const [hours, operator] = [Math.floor(next() * 10), pick(operators)];
      return {
        text: `started ${operator} -${hours}h`,
        holds: ({ startedAt }) => startedAt != null && compare[operator]!(startedAt, NOW - hours * HOUR),
      };
    }
    const [minutes, operator] = [pick([0, 60, 90, 120]), pick(operators)];
    return {
      text: `duration ${operator} ${minutes}m`,
      holds: ({ startedAt, endedAt }) =>
        startedAt != null && compare[operator]!((endedAt ?? NOW) - startedAt, minutes * 60_000),
    };
  }

  function filter(depth: number): Case {
    const choice = depth === 0 ? 1 : next();
    if (choice < 0.25) {
      const part = filter(depth - 1);
      return { text: `not (${part.text})`, holds: (run) => !part.holds(run) };
    }
    if (choice < 0.6) {
      const parts = [filter(depth - 1), filter(depth - 1)] as const;
      const [word, all] = pick([
        ['and', true],
        ['OR', false],
      ] as const);
      return {
        text: `(${parts[0].text} ${word} ${parts[1].text})`,
        holds: (run) =>
          all ? parts[0].holds(run) && parts[1].holds(run) : parts[0].holds(run) || parts[1].holds(run),
      };
    }
    return pick([metric, metric, logged, logged, words, other])();
  }

  return { run, filter };
}

describe('filters put together at random', () => {
  it.each([1, 2, 3, 4])(
    'find what their parts mean one by one (seed %i)',
    (seed) => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-oracle-'));
      const core = testCore(folder);
      try {
        const { run, filter } = oracle(seededNumbers(seed));
        const bench = searchedRuns(core.database);
        const search = createRunSearch(core);
        const runs = new Map<RunId, SearchedRun>();
        core.database.transaction(() => {
          for (let index = 0; index < 120; index++) {
            const each = run(index);
            runs.set(bench.add(each), each);
          }
        });
        let some = 0;
        for (let count = 0; count < 400; count++) {
          const { text, holds } = filter(3);
          const expected = [...runs].filter(([, each]) => holds(each)).map(([id]) => id);
          expect(
            search
              .named({ project: bench.project, filter: text })
              .map(({ id }) => id)
              .toSorted(),
            text,
          ).toEqual(expected.toSorted());
          if (expected.length > 0 && expected.length < runs.size) some += 1;
        }
        // The filters say something: most find some runs and not all.
        expect(some).toBeGreaterThan(200);
      } finally {
        core.database.close();
        fs.rmSync(folder, { recursive: true });
      }
    },
    120_000,
  );
});
