// biome-ignore-all lint/a11y/useSemanticElements: a virtual grid, most of whose cells are not there
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { RowCondition } from '../../../../app/contract/data-tables.contract.ts';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { useQueryString } from '../../../shell/router.ts';
import { rowAt, useTallScroll } from '../table/tall-scroll.ts';
import { BoxedPicture } from './boxed-picture.tsx';
import { hasBoxes } from './image-box.ts';
import { ImageViewer } from './image-viewer.tsx';
import styles from './images.module.css';
import { Picture } from './picture.tsx';
import { type ImageRow, useImageRows } from './use-image-rows.ts';

interface ImageGridProps {
  readonly version: DatasetVersion;
  readonly where: readonly RowCondition[];
}

const tilePx = 112;
const tileHeight = 128;
const edgePx = 16;
/** What a picture has of its tile. */
const tileRoom = { width: tilePx - 12, height: 94 };

/** Any number of pictures side by side. One tab stop: arrows, Page Up and Down, Home and End move, Enter enlarges. */
export function ImageGrid({ version, where }: ImageGridProps) {
  const [query, setQuery] = useQueryString();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const [count, setCount] = useState(where.length === 0 ? (version.rows ?? 0) : 0);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const across = Math.max(1, Math.floor((width - 2 * edgePx) / tilePx));
  const rows = Math.ceil(count / across);
  const tall = useTallScroll({ scroller, rows, rowHeight: tileHeight, headPx: 0 });
  const { first, shiftPx } = rowAt(tall.topPx, { rowHeight: tileHeight });
  const shownRows = Math.min(rows - first, Math.ceil(tall.viewHeight / tileHeight) + 1);
  const from = first * across;
  const shown = Math.max(0, Math.min(count - from, shownRows * across));
  const images = useImageRows(version, where, from, shown);
  useEffect(() => {
    if (images.total !== null) setCount(images.total);
  }, [images.total]);

  const asked = query.get('image');
  const opened = asked === null ? null : Number(asked) - 1;
  const open = (at: number | null) => setQuery({ image: at === null ? null : String(at + 1) });

  const move = (to: number) => {
    const next = Math.max(0, Math.min(count - 1, to));
    setActive(next);
    const top = Math.floor(next / across) * tileHeight;
    if (top < tall.topPx) tall.scrollTo(top);
    else if (top + tileHeight > tall.topPx + tall.viewHeight)
      tall.scrollTo(top + tileHeight - tall.viewHeight);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const page = Math.max(1, Math.floor(tall.viewHeight / tileHeight)) * across;
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: across,
      ArrowUp: -across,
      PageDown: page,
      PageUp: -page,
      Home: -count,
      End: count,
    };
    const step = steps[event.key];
    if (step !== undefined) move(active + step);
    else if (event.key === 'Enter' || event.key === ' ') open(active);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div
        ref={scroller}
        className={styles.scroller}
        role="listbox"
        aria-label={`Pictures of ${version.datasetName} v${version.version}`}
        aria-activedescendant={count > 0 ? `picture-${active}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        {images.error ? <ErrorNotice error={images.error} /> : null}
        {images.total === 0 ? <p className={styles.none}>There are no pictures here.</p> : null}
        <div style={{ height: tall.height }}>
          <div className={styles.window} style={{ height: tall.viewHeight }}>
            <div
              className={styles.tiles}
              style={{
                transform: `translateY(${shiftPx}px)`,
                gridTemplateColumns: `repeat(${across}, minmax(0, 1fr))`,
                gridAutoRows: tileHeight,
              }}
            >
              {Array.from({ length: shown }, (_, index) => {
                const at = from + index;
                const image = images.row(at);
                return (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys of its pictures
                  <div
                    key={at}
                    id={`picture-${at}`}
                    role="option"
                    aria-selected={at === active}
                    aria-posinset={at + 1}
                    aria-setsize={count}
                    tabIndex={-1}
                    className={styles.tile}
                    title={image?.path}
                    onClick={() => {
                      setActive(at);
                      open(at);
                    }}
                  >
                    <Tile version={version} image={image} />
                  </div>
                );
              })}
            </div>
          </div>
        </div>
      </div>
      {opened !== null && Number.isInteger(opened) && opened >= 0 && opened < count ? (
        <ImageViewer
          version={version}
          where={where}
          at={opened}
          count={count}
          onMove={(at) => {
            move(at);
            open(at);
          }}
          onClose={() => open(null)}
        />
      ) : null}
    </>
  );
}

/** A picture and its name; of a box, its class. */
function Tile({
  version,
  image,
}: {
  readonly version: DatasetVersion;
  readonly image: ImageRow | undefined;
}) {
  if (!image) return <span className={styles.blank} />;
  if (!hasBoxes(version.format)) {
    return (
      <>
        <Picture version={version} path={image.path} alt={image.path} />
        <small>{baseName(image.path)}</small>
      </>
    );
  }
  return (
    <>
      <span className={styles.frame}>
        <BoxedPicture key={image.path} version={version} image={image} room={tileRoom} />
      </span>
      <small>{image.label === null ? 'no box' : String(image.label)}</small>
    </>
  );
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
