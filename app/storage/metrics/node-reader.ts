import type { Database } from '../../kernel/ports/database.ts';
import { readable } from './chunk-table.ts';
import type { MetricKey } from './metric-key.ts';
import { derivedNode, storedNode } from './pyramid.ts';
import { decodeSegments, type Segment } from './segment.ts';

/** Neighbours are read in one statement unless more than this many times as many lie between them. */
const MOST_BETWEEN = 4;

/** Nodes of the pyramid of one metric for one plot, which reads many that lie beside each other. */
export class NodeReader {
  readonly #database: Database;
  readonly #metric: MetricKey;
  readonly #levels = new Map<number, Map<number, Segment[] | null>>();

  constructor(database: Database, metric: MetricKey) {
    this.#database = database;
    this.#metric = metric;
  }

  /** Read nodes of a level that will be asked for next. */
  ahead(level: number, nodes: readonly number[]): void {
    const [first, last] = [Math.min(...nodes), Math.max(...nodes)];
    if (nodes.length < 2 || last - first >= nodes.length * MOST_BETWEEN) return;
    const found = new Map<number, Segment[] | null>(nodes.map((node) => [node, null]));
    const [table, columns, where] =
      level === 0
        ? ['metric_chunks', 'position AS node, blocks AS data', 'position']
        : ['metric_nodes', 'node, data', `level = ${level} AND node`];
    const rows = this.#database
      .prepare(`SELECT ${columns} FROM ${table} WHERE metric_id = ? AND ${where} BETWEEN ? AND ?`)
      .all(this.#metric.id, first, last);
    for (const { node, data } of rows)
      if (found.has(Number(node)))
        found.set(
          Number(node),
          readable(() => decodeSegments(data as Uint8Array)),
        );
    this.#levels.set(level, found);
  }

  /** As it is stored; null where it is damaged or missing. */
  stored(level: number, node: number): Segment[] | null {
    const found = this.#levels.get(level)?.get(node);
    return found === undefined ? storedNode(this.#database, this.#metric, level, node) : found;
  }

  /** A damaged one is made anew from what it stands for. */
  read(level: number, node: number): Segment[] {
    return this.stored(level, node) ?? derivedNode(this.#database, this.#metric, level, node);
  }
}
