import type { ImageRow } from './use-image-rows.ts';

/** A part of a picture, as shares of its width and height from the upper left corner. */
export interface ImageBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** The box that a row of COCO (pixels from the corner) or YOLO (shares around the centre) names; null where it names none. */
export function boxOf(
  format: string | null,
  facts: ImageRow['facts'],
  size: PixelSize | null,
): ImageBox | null {
  const number = (name: string): number => {
    const value = facts.find(({ column }) => column.name === name)?.value;
    return typeof value === 'number' ? value : Number.NaN;
  };
  const [width, height] = [number('width'), number('height')];
  const box =
    format === 'yolo'
      ? {
          left: number('x_center') - width / 2,
          top: number('y_center') - height / 2,
          width,
          height,
        }
      : format === 'coco' && size
        ? {
            left: number('x') / size.width,
            top: number('y') / size.height,
            width: width / size.width,
            height: height / size.height,
          }
        : null;
  return box && Object.values(box).every(Number.isFinite) ? box : null;
}

/** Pixels that a picture is drawn in: as large as fits, small ones at most twelve times their size. */
export function fitted(size: PixelSize, room: PixelSize): PixelSize & { readonly scale: number } {
  const scale = Math.min(12, room.width / size.width, room.height / size.height);
  return { width: Math.round(size.width * scale), height: Math.round(size.height * scale), scale };
}

/** Formats whose rows are boxes on pictures. */
export const hasBoxes = (format: string | null): boolean => format === 'coco' || format === 'yolo';
