import { hierarchy, treemap, treemapSquarify } from 'd3-hierarchy';
import { useSize } from '../../charts/use-size.ts';
import { formatBytes, formatPercent } from '../../components/format.ts';
import styles from './disk.module.css';
import type { DiskArea } from './disk-areas.ts';

interface Node {
  readonly area?: DiskArea;
  readonly children?: readonly Node[];
}

/** Pixels that a name and a size need. */
const leastLabelled = { width: 64, height: 34 };

interface TreeMapProps {
  readonly areas: readonly DiskArea[];
  readonly onOpen: (key: string) => void;
}

/** Areas as rectangles of as many pixels as they have bytes, nearly square (Bruls, Huizing and van Wijk 2000). */
export function TreeMap({ areas, onOpen }: TreeMapProps) {
  const [box, { width, height }] = useSize<HTMLUListElement>();
  const total = areas.reduce((sum, { bytes }) => sum + bytes, 0);
  const root = hierarchy<Node>({ children: areas.map((area) => ({ area })) })
    .sum(({ area }) => area?.bytes ?? 0)
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const laid = treemap<Node>().tile(treemapSquarify).size([width, height]).paddingInner(2).round(true)(root);
  return (
    <ul ref={box} className={styles.map} aria-label="Where the disk goes">
      {laid.leaves().map(({ data: { area }, x0, x1, y0, y1 }) => {
        if (!area || x1 - x0 < 1 || y1 - y0 < 1) return null;
        const labelled = x1 - x0 >= leastLabelled.width && y1 - y0 >= leastLabelled.height;
        const words = `${area.name}${area.what ? `, ${area.what}` : ''}: ${formatBytes(area.bytes)}, ${formatPercent(area.bytes / total)}`;
        const style = { left: x0, top: y0, width: x1 - x0, height: y1 - y0 };
        const inside = labelled ? (
          <>
            <b>{area.name}</b>
            <span>{formatBytes(area.bytes)}</span>
            <small>{area.what}</small>
          </>
        ) : null;
        const { opens } = area;
        return (
          <li key={area.key} className={styles.area} data-tone={area.tone} style={style}>
            {opens === null ? (
              <div title={words}>{inside}</div>
            ) : (
              <button type="button" title={words} aria-label={words} onClick={() => onOpen(opens)}>
                {inside}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
