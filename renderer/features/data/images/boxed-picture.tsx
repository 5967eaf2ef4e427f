import { useState } from 'react';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { boxOf, fitted, type PixelSize } from './image-box.ts';
import styles from './images.module.css';
import { Picture } from './picture.tsx';
import type { ImageRow } from './use-image-rows.ts';

interface BoxedPictureProps {
  readonly version: DatasetVersion;
  readonly image: ImageRow;
  /** Pixels of the screen that it has. */
  readonly room: PixelSize;
  /** Whether the class is written at its box. */
  readonly named?: boolean;
}

/** A picture as large as there is room, with the box that its row names. */
export function BoxedPicture({ version, image, room, named = false }: BoxedPictureProps) {
  const [size, setSize] = useState<PixelSize | null>(null);
  const box = boxOf(version.format, image.facts, size);
  const fit = size && fitted(size, room);
  return (
    <div
      className={styles.boxed}
      data-pixels={(fit && fit.scale >= 3) || undefined}
      style={fit ? { width: fit.width, height: fit.height } : undefined}
      onLoadCapture={({ target }) => {
        if (target instanceof HTMLImageElement) {
          setSize({ width: target.naturalWidth, height: target.naturalHeight });
        }
      }}
    >
      <Picture version={version} path={image.path} alt={image.path} />
      {box ? (
        <i
          style={{
            left: `${box.left * 100}%`,
            top: `${box.top * 100}%`,
            width: `${box.width * 100}%`,
            height: `${box.height * 100}%`,
          }}
        >
          {named && image.label !== null ? <b>{String(image.label)}</b> : null}
        </i>
      ) : null}
    </div>
  );
}
