import type { ReactNode } from 'react';

export type PaletteKind = 'action' | 'run' | 'dataset' | 'model' | 'endpoint' | 'target';

export interface PaletteItem {
  readonly id: string;
  readonly kind: PaletteKind;
  readonly title: string;
  readonly icon: ReactNode;
  readonly words?: string | undefined;
  readonly note?: string | undefined;
  readonly keys?: string | undefined;
  readonly run: () => void;
}

interface PaletteGroup {
  readonly title: string;
  readonly items: readonly PaletteItem[];
}

const titles: Readonly<Record<PaletteKind, string>> = {
  action: 'Actions',
  run: 'Runs',
  dataset: 'Datasets',
  model: 'Models',
  endpoint: 'Endpoints',
  target: 'Targets',
};

/** A first character that narrows the search to one kind. */
const prefixes: Readonly<Record<string, PaletteKind>> = { '>': 'action', '#': 'run', '@': 'model' };

/** Rows of one group; the rest is found by typing more. */
const groupLimit = 7;

/**
 * The items that fit a text, best first inside each group, and groups in the order of their best item. Every word of
 * the text must be found: at the start of the title best, then at the start of a word, then anywhere.
 */
export function rankItems(items: readonly PaletteItem[], typed: string): readonly PaletteGroup[] {
  const only = prefixes[typed.trimStart().charAt(0)];
  const words = searchWords(typed);
  const scored = items
    .filter((item) => only === undefined || item.kind === only)
    .flatMap((item) => {
      const score = scoreOf(item, words);
      return score === null ? [] : [{ item, score }];
    })
    .sort((a, b) => b.score - a.score);
  const groups = new Map<PaletteKind, PaletteItem[]>();
  for (const { item } of scored) {
    const group = groups.get(item.kind) ?? [];
    groups.set(item.kind, group);
    if (group.length < groupLimit || only !== undefined) group.push(item);
  }
  return [...groups].map(([kind, list]) => ({ title: titles[kind], items: list }));
}

function searchWords(typed: string): string[] {
  return typed
    .trim()
    .replace(/^[>#@]/, '')
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean);
}

function scoreOf(item: PaletteItem, words: readonly string[]): number | null {
  const title = item.title.toLowerCase();
  const rest = `${item.words ?? ''} ${item.note ?? ''}`.toLowerCase();
  let score = 0;
  for (const word of words) {
    const at = title.indexOf(word);
    if (at === 0) score += 4;
    else if (at > 0 && /[\s._-]/.test(title.charAt(at - 1))) score += 3;
    else if (at > 0) score += 2;
    else if (rest.includes(word)) score += 1;
    else return null;
  }
  return score;
}

/** A title cut into what the text marks and what it does not. */
export function markMatch(
  title: string,
  typed: string,
): readonly { readonly part: string; readonly marked: boolean; readonly key: number }[] {
  const words = searchWords(typed).map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (words.length === 0) return [{ part: title, marked: false, key: 0 }];
  return title
    .split(new RegExp(`(${words.join('|')})`, 'i'))
    .map((part, key) => ({ part, marked: key % 2 === 1, key }))
    .filter(({ part }) => part !== '');
}
