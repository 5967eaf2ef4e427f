import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import type { RowCondition } from '../../../../app/contract/data-tables.contract.ts';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { IconButton } from '../../../components/button.tsx';
import { CopyButton } from '../../../components/copy-button.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { formatCount } from '../../../components/format.ts';
import { formatCell } from '../table/cells.ts';
import { fileAddress } from './file-address.ts';
import { boxOf, fitted } from './image-box.ts';
import styles from './images.module.css';
import { Picture } from './picture.tsx';
import { type ImageRow, useImageRows } from './use-image-rows.ts';

interface ImageViewerProps {
  readonly version: DatasetVersion;
  readonly where: readonly RowCondition[];
  /** Place among the pictures that fit, counted from 0. */
  readonly at: number;
  readonly count: number;
  readonly onMove: (at: number) => void;
  readonly onClose: () => void;
}

/** One picture enlarged, with what its row says of it. The left and right arrows go to its neighbours. */
export function ImageViewer({ version, where, at, count, onMove, onClose }: ImageViewerProps) {
  const { row, error } = useImageRows(version, where, at, 1);
  const image = row(at);
  const go = (by: number) => {
    if (at + by >= 0 && at + by < count) onMove(at + by);
  };
  return (
    <Dialog opened title={image?.path ?? 'Picture'} onClose={onClose} size={860}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrows anywhere in the dialog turn over */}
      <div
        className={styles.viewer}
        onKeyDown={(event) => {
          if (event.key === 'ArrowRight') go(1);
          else if (event.key === 'ArrowLeft') go(-1);
        }}
      >
        {error ? <ErrorNotice error={error} /> : null}
        <div className={styles.stage}>{image ? <Enlarged version={version} image={image} /> : null}</div>
        <aside>
          <div className={styles.turn}>
            <IconButton label="Previous picture" disabled={at === 0} data-autofocus onClick={() => go(-1)}>
              <IconChevronLeft size={16} stroke={1.6} aria-hidden />
            </IconButton>
            <span>
              {formatCount(at + 1)} of {formatCount(count)}
            </span>
            <IconButton label="Next picture" disabled={at === count - 1} onClick={() => go(1)}>
              <IconChevronRight size={16} stroke={1.6} aria-hidden />
            </IconButton>
          </div>
          {image ? (
            <dl>
              {image.facts.map(({ column, value }) => (
                <div key={column.name}>
                  <dt>{column.name}</dt>
                  <dd data-missing={value === null || undefined} title={String(value)}>
                    {formatCell(value, column.type)}
                  </dd>
                </div>
              ))}
              <div>
                <dt>row</dt>
                <dd>{formatCount(image.rowNumber + 1)}</dd>
              </div>
            </dl>
          ) : null}
          {image ? (
            <p>
              {window.location.protocol === 'lathe:' ? null : (
                <a href={fileAddress(version, image.path)} download>
                  Download
                </a>
              )}
              <CopyButton value={image.path} label="Copy the path" words />
            </p>
          ) : null}
        </aside>
      </div>
    </Dialog>
  );
}

/** Pixels of the dialog that a picture has. */
const room = { width: 570, height: 470 };

/** The picture as large as there is room, with the box that its row names. */
function Enlarged({ version, image }: { readonly version: DatasetVersion; readonly image: ImageRow }) {
  const [size, setSize] = useState<{ readonly width: number; readonly height: number } | null>(null);
  const box = boxOf(version.format, image.facts, size);
  const fit = size && fitted(size, room);
  return (
    <div
      className={styles.enlarged}
      data-pixels={(fit && fit.scale >= 3) || undefined}
      style={fit ? { width: fit.width, height: fit.height } : undefined}
      onLoadCapture={({ target }) => {
        if (target instanceof HTMLImageElement) {
          setSize({ width: target.naturalWidth, height: target.naturalHeight });
        }
      }}
    >
      <Picture key={image.path} version={version} path={image.path} alt={image.path} />
      {box ? (
        <i
          style={{
            left: `${box.left * 100}%`,
            top: `${box.top * 100}%`,
            width: `${box.width * 100}%`,
            height: `${box.height * 100}%`,
          }}
        >
          {image.label === null ? null : <b>{String(image.label)}</b>}
        </i>
      ) : null}
    </div>
  );
}
