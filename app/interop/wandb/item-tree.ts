import type { Item } from './record.ts';

const DEEPEST = 32;

export type Leaf = { readonly key: string; readonly value: unknown };

/**
 * Items as leaves with dotted keys (`val.accuracy`). An object that says its `_type` is one leaf: a picture, a histogram, a table. Lists
 * are leaves too.
 */
export function leavesOf(items: readonly Item[]): Leaf[] {
  const root = new Map<string, unknown>();
  for (const { path, value } of items) {
    let here = root;
    for (const part of path.slice(0, -1).slice(0, DEEPEST)) {
      const next = here.get(part);
      const inner = next instanceof Map ? next : new Map<string, unknown>();
      here.set(part, inner);
      here = inner;
    }
    here.set(path.at(-1)!, value);
  }
  return [...root].flatMap(([key, value]) => flatten(key, toObject(value, 0), 0));
}

function toObject(value: unknown, depth: number): unknown {
  if (!(value instanceof Map)) return value;
  return depth > DEEPEST
    ? null
    : Object.fromEntries([...value].map(([key, each]) => [key, toObject(each, depth + 1)]));
}

function flatten(key: string, value: unknown, depth: number): Leaf[] {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject || '_type' in value || depth > DEEPEST) return [{ key, value }];
  return Object.entries(value).flatMap(([name, each]) => flatten(`${key}.${name}`, each, depth + 1));
}
