/** A thing of a graph, and one that flows into another; both by key. */
interface GraphNode {
  readonly key: string;
}
interface GraphEdge {
  readonly from: string;
  readonly to: string;
}

export interface Place {
  /** Counted from the left and from the top. */
  readonly layer: number;
  readonly position: number;
}

const sweeps = 4;

/**
 * Layers for a graph that flows from left to right, after Sugiyama (1981): a node stands one layer behind the last that flows into it, and
 * within a layer by the mean place of its neighbours, so that few edges cross. Edges that would close a circle do not count.
 */
export function layeredLayout(
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
): ReadonlyMap<string, Place> {
  const known = new Set(nodes.map(({ key }) => key));
  const real = edges.filter(({ from, to }) => known.has(from) && known.has(to) && from !== to);
  const layerOf = layers(nodes, real);
  const rows: string[][] = [];
  for (const { key } of nodes) {
    const layer = layerOf.get(key) ?? 0;
    rows[layer] ??= [];
    rows[layer].push(key);
  }
  const place = new Map<string, number>();
  const number = () => {
    for (const row of rows) for (const [index, key] of (row ?? []).entries()) place.set(key, index);
  };
  number();
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    const forward = sweep % 2 === 0;
    for (const row of forward ? rows : rows.toReversed()) {
      if (!row) continue;
      const wanted = new Map(row.map((key) => [key, meanPlace(key, real, place, forward)]));
      row.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0));
      for (const [index, key] of row.entries()) place.set(key, index);
    }
  }
  return new Map(
    nodes.map(({ key }) => [key, { layer: layerOf.get(key) ?? 0, position: place.get(key) ?? 0 }]),
  );
}

function meanPlace(
  key: string,
  edges: readonly GraphEdge[],
  place: ReadonlyMap<string, number>,
  forward: boolean,
): number {
  const beside = edges.flatMap(({ from, to }) => {
    const other = forward ? (to === key ? from : null) : from === key ? to : null;
    return other === null ? [] : [place.get(other) ?? 0];
  });
  if (beside.length === 0) return place.get(key) ?? 0;
  return beside.reduce((sum, at) => sum + at, 0) / beside.length;
}

/** The length of the longest way that leads to each node. */
function layers(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): ReadonlyMap<string, number> {
  const into = new Map<string, string[]>();
  for (const { from, to } of edges) into.set(to, [...(into.get(to) ?? []), from]);
  const found = new Map<string, number>();
  const open = new Set<string>();
  const layer = (key: string): number => {
    const known = found.get(key);
    if (known !== undefined) return known;
    open.add(key);
    const before = (into.get(key) ?? []).filter((one) => !open.has(one)).map(layer);
    open.delete(key);
    const at = before.length === 0 ? 0 : Math.max(...before) + 1;
    found.set(key, at);
    return at;
  };
  for (const { key } of nodes) layer(key);
  return found;
}
