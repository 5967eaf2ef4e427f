import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import type { RowCondition } from '../../../../app/contract/data-tables.contract.ts';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { IconButton } from '../../../components/button.tsx';
import { CopyButton } from '../../../components/copy-button.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { formatCount } from '../../../components/format.ts';
import { formatCell } from '../table/cells.ts';
import { BoxedPicture } from './boxed-picture.tsx';
import { fileAddress } from './file-address.ts';
import styles from './images.module.css';
import { useImageRows } from './use-image-rows.ts';

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
        <div className={styles.stage}>
          {image ? <BoxedPicture key={image.path} version={version} image={image} room={room} named /> : null}
        </div>
        <aside>
          <div className={styles.turn}>
            <IconButton
              label="Previous picture"
              disabled={at === 0}
              data-autofocus={at > 0 || undefined}
              onClick={() => go(-1)}
            >
              <IconChevronLeft size={16} stroke={1.6} aria-hidden />
            </IconButton>
            <span>
              {formatCount(at + 1)} of {formatCount(count)}
            </span>
            <IconButton
              label="Next picture"
              disabled={at === count - 1}
              data-autofocus={at === 0 || undefined}
              onClick={() => go(1)}
            >
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
