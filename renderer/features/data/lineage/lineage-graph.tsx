import {
  IconBox,
  IconDatabase,
  IconFileImport,
  IconListDetails,
  IconPlugConnected,
} from '@tabler/icons-react';
import { type ComponentType, type KeyboardEvent, useMemo, useRef } from 'react';
import type { Outputs } from '../../../../app/contract/index.ts';
import type { LineageKind, LineageNode } from '../../../../app/contract/lineage.contract.ts';
import { Link } from '../../../shell/router.ts';
import { layeredLayout, type Place } from './layered-layout.ts';
import styles from './lineage.module.css';

type Graph = Outputs['lineage']['graph'];

const icons: Readonly<Record<LineageKind, ComponentType<{ size?: number; stroke?: number }>>> = {
  source: IconFileImport,
  dataset: IconDatabase,
  run: IconListDetails,
  model: IconBox,
  endpoint: IconPlugConnected,
};
const kindWords: Readonly<Record<LineageKind, string>> = {
  source: 'source',
  dataset: 'data set',
  run: 'run',
  model: 'model',
  endpoint: 'endpoint',
};

const nodeWidth = 188;
const nodeHeight = 46;
const gapX = 76;
const gapY = 14;
const edge = 20;

/** Where a thing has a page of its own; null where it has none. */
function pageOf(node: LineageNode): string | null {
  if (node.deleted) return null;
  switch (node.kind) {
    case 'source':
      return null;
    case 'dataset':
      return `/data/${encodeURIComponent(node.dataset)}?version=${node.version}`;
    case 'run':
      return `/runs/${node.id}`;
    case 'model':
      return `/models/${encodeURIComponent(node.model)}?version=${node.version}`;
    case 'endpoint':
      return `/endpoints/${encodeURIComponent(node.title)}`;
  }
}

/** What flows into what, from left to right. Each thing is a link to its page; arrows go from one to its neighbours. */
export function LineageGraph({ graph }: { readonly graph: Graph }) {
  const box = useRef<HTMLDivElement>(null);
  const layout = useMemo(() => layeredLayout(graph.nodes, graph.edges), [graph]);
  const heights = new Map<number, number>();
  for (const { layer } of layout.values()) heights.set(layer, (heights.get(layer) ?? 0) + 1);
  const tallest = Math.max(1, ...heights.values());
  const at = ({ layer, position }: Place) => ({
    x: edge + layer * (nodeWidth + gapX),
    // A layer with fewer things stands in the middle of the tallest.
    y: edge + (position + (tallest - (heights.get(layer) ?? 0)) / 2) * (nodeHeight + gapY),
  });
  const places = new Map([...layout].map(([key, place]) => [key, at(place)]));
  const width = 2 * edge + heights.size * (nodeWidth + gapX) - gapX;
  const height = 2 * edge + tallest * (nodeHeight + gapY) - gapY;

  const onKeyDown = (event: KeyboardEvent) => {
    const key = (event.target as HTMLElement).dataset.key;
    const here = key === undefined ? undefined : layout.get(key);
    if (!here) return;
    const by = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    if (!by) return;
    const [dx = 0, dy = 0] = by;
    const wanted = { layer: here.layer + dx, position: here.position + dy };
    const nearest = [...layout]
      .filter(([, place]) => place.layer === wanted.layer)
      .sort(
        ([, a], [, b]) => Math.abs(a.position - wanted.position) - Math.abs(b.position - wanted.position),
      )[0];
    if (!nearest) return;
    event.preventDefault();
    box.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(nearest[0])}"]`)?.focus();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrows go from one link to the next
    <div ref={box} className={styles.scroller} onKeyDown={onKeyDown}>
      <div className={styles.graph} style={{ width, height }}>
        <svg width={width} height={height} aria-hidden>
          <defs>
            <marker
              id="flow"
              viewBox="0 0 6 6"
              refX="5.5"
              refY="3"
              markerWidth="6"
              markerHeight="6"
              orient="auto"
            >
              <path d="M0 0 6 3 0 6z" />
            </marker>
          </defs>
          {graph.edges.map(({ from, to, label }) => {
            const [start, end] = [places.get(from), places.get(to)];
            if (!start || !end) return null;
            const [x1, y1] = [start.x + nodeWidth, start.y + nodeHeight / 2];
            const [x2, y2] = [end.x, end.y + nodeHeight / 2];
            const bend = Math.max(24, (x2 - x1) / 2);
            return (
              <path
                key={`${from} ${to} ${label}`}
                className={styles.edge}
                markerEnd="url(#flow)"
                d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2 - 2} ${y2}`}
              />
            );
          })}
        </svg>
        <ul aria-label="Lineage">
          {graph.nodes.map((node) => (
            <li
              key={node.key}
              style={{ ...position(places.get(node.key)), width: nodeWidth, height: nodeHeight }}
            >
              <Thing node={node} root={graph.roots.includes(node.key)} into={wordsInto(graph, node)} />
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

const position = (place: { readonly x: number; readonly y: number } | undefined) => ({
  left: place?.x ?? 0,
  top: place?.y ?? 0,
});

/** What flows into a thing, for those who do not see the lines. */
function wordsInto({ edges, nodes }: Graph, { key }: LineageNode): string {
  const from = edges.filter(({ to }) => to === key);
  return from
    .map((one) => `${one.label} from ${nodes.find((node) => node.key === one.from)?.title ?? 'something'}`)
    .join(', ');
}

/** The end of a path or an address: its beginning is the same for most. */
const lastPart = (text: string): string => /[^/\\]+[/\\]*$/.exec(text)?.[0] ?? text;

interface ThingProps {
  readonly node: LineageNode;
  readonly root: boolean;
  readonly into: string;
}

function Thing({ node, root, into }: ThingProps) {
  const Icon = icons[node.kind];
  const page = pageOf(node);
  const inside = (
    <>
      <Icon size={14} stroke={1.6} aria-hidden />
      <small>
        {kindWords[node.kind]}
        {node.deleted
          ? ', deleted'
          : node.kind === 'run' || node.kind === 'endpoint'
            ? `, ${node.state}`
            : ''}
      </small>
      <b>{node.kind === 'source' ? lastPart(node.title) : node.title}</b>
    </>
  );
  const shared = {
    className: styles.thing,
    'data-key': node.key,
    'data-kind': node.kind,
    'data-root': root || undefined,
    'data-deleted': node.deleted || undefined,
    title: [node.title, node.detail, into].filter(Boolean).join('\n'),
  };
  return page === null ? (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: arrows pass over it, and its title tells more
    <div {...shared} tabIndex={0}>
      {inside}
    </div>
  ) : (
    <Link {...shared} to={page}>
      {inside}
    </Link>
  );
}
