import { damaged } from '../files/damaged.ts';
import type { FileBytes } from '../files/file-bytes.ts';

export interface Picture {
  readonly format: 'png' | 'jpeg' | 'gif' | 'webp' | 'bmp';
  readonly width: number;
  readonly height: number;
}

/** What the names of pictures end in. */
export const pictureExtensions: ReadonlySet<string> = new Set(['png', 'jpg', 'jpeg', 'gif', 'webp', 'bmp']);

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Camera data before the size of a JPEG file takes a few segments; more are no picture. */
const MOST_SEGMENTS = 1000;
const HEAD_BYTES = 64;

/**
 * Kind and size of a picture from its header alone; nothing is decoded.
 *
 * @throws AppError DATA_MALFORMED where it is no picture of the five kinds, or ends before its size
 */
export async function pictureSize(bytes: FileBytes): Promise<Picture> {
  const head = await bytes.head(0, HEAD_BYTES);
  const text = (from: number, to: number) => head.toString('latin1', from, to);
  if (head.subarray(0, 8).equals(PNG)) return checked(bytes, 'png', await bytes.read(16, 8), readPng);
  if (head[0] === 0xff && head[1] === 0xd8) return jpegSize(bytes);
  if (/^GIF8[79]a$/.test(text(0, 6))) return checked(bytes, 'gif', await bytes.read(6, 4), readGif);
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP')
    return checked(bytes, 'webp', await bytes.read(12, 18), readWebp);
  if (text(0, 2) === 'BM') return checked(bytes, 'bmp', await bytes.read(14, 12), readBmp);
  throw damaged(
    bytes.name,
    0,
    'this is no PNG, JPEG, GIF, WebP or BMP picture',
    'Remove the file, or save it again as a picture.',
  );
}

type Size = readonly [width: number, height: number] | null;

function checked(
  bytes: FileBytes,
  format: Picture['format'],
  header: Buffer,
  read: (header: Buffer) => Size,
): Picture {
  const size = read(header);
  if (!size || size[0] < 1 || size[1] < 1)
    throw damaged(bytes.name, 0, `the ${format.toUpperCase()} header tells no size`);
  return { format, width: size[0], height: size[1] };
}

const readPng = (header: Buffer): Size => [header.readUInt32BE(0), header.readUInt32BE(4)];

const readGif = (header: Buffer): Size => [header.readUInt16LE(0), header.readUInt16LE(2)];

/** From the header that follows the file's own: 12 bytes long in the first form, longer and signed in all others. */
function readBmp(header: Buffer): Size {
  if (header.readUInt32LE(0) === 12) return [header.readUInt16LE(4), header.readUInt16LE(6)];
  return [Math.abs(header.readInt32LE(4)), Math.abs(header.readInt32LE(8))];
}

/** From the first chunk: lossy (VP8), lossless (VP8L) or extended (VP8X). */
function readWebp(header: Buffer): Size {
  const kind = header.toString('latin1', 0, 4);
  if (kind === 'VP8X') return [header.readUIntLE(12, 3) + 1, header.readUIntLE(15, 3) + 1];
  if (kind === 'VP8L' && header[8] === 0x2f) {
    const bits = header.readUInt32LE(9);
    return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
  }
  if (kind !== 'VP8 ' || header.readUIntBE(11, 3) !== 0x9d012a) return null;
  return [header.readUInt16LE(14) & 0x3fff, header.readUInt16LE(16) & 0x3fff];
}

/** Walk from segment to segment to the frame's header (SOF0 to SOF15 without the three that mean something else). */
async function jpegSize(bytes: FileBytes): Promise<Picture> {
  let at = 2;
  for (let segment = 0; segment < MOST_SEGMENTS; segment++) {
    const marker = await bytes.read(at, 2);
    if (marker[0] !== 0xff) throw damaged(bytes.name, at, 'a JPEG segment must begin here');
    const kind = marker[1]!;
    if (kind === 0xff) {
      at += 1;
      continue;
    }
    if (kind === 0xd9 || kind === 0xda)
      throw damaged(bytes.name, at, 'the JPEG file tells no size before its picture');
    if (kind === 0x01 || (kind >= 0xd0 && kind <= 0xd7)) {
      at += 2;
      continue;
    }
    const length = (await bytes.read(at + 2, 2)).readUInt16BE(0);
    if (length < 2) throw damaged(bytes.name, at + 2, `a JPEG segment of ${length} bytes is too short`);
    if (kind >= 0xc0 && kind <= 0xcf && kind !== 0xc4 && kind !== 0xc8 && kind !== 0xcc) {
      return checked(bytes, 'jpeg', await bytes.read(at + 5, 4), (size) => [
        size.readUInt16BE(2),
        size.readUInt16BE(0),
      ]);
    }
    at += 2 + length;
  }
  throw damaged(bytes.name, at, `the JPEG file has more than ${MOST_SEGMENTS} segments before its size`);
}
