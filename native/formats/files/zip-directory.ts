import { damaged } from './damaged.ts';
import type { FileBytes } from './file-bytes.ts';

/** A member of a zip archive. */
export interface ZipMember {
  readonly name: string;
  readonly method: 'stored' | 'deflated';
  /** CRC-32 of its content. */
  readonly checksum: number;
  readonly compressedBytes: number;
  readonly sizeBytes: number;
  /** Where its bytes begin in the archive. */
  readonly dataOffset: number;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const MOST_MEMBERS = 100_000;
const MOST_DIRECTORY_BYTES = 32 * 1024 * 1024;
/** Deflate cannot do better than this; a directory that promises more is a bomb. */
const MOST_EXPANSION = 1032;

/**
 * The members of a zip archive, from its central directory (APPNOTE 4.3, with zip64). Encrypted members and other methods
 * than stored and deflated are refused.
 *
 * @throws AppError DATA_MALFORMED
 */
export async function readZipDirectory(bytes: FileBytes): Promise<readonly ZipMember[]> {
  const { offset, length, count } = await findDirectory(bytes);
  if (count > MOST_MEMBERS || length > MOST_DIRECTORY_BYTES) {
    throw damaged(bytes.name, offset, `a directory of ${count} members is too large`);
  }
  const directory = await bytes.read(offset, length);
  const members: ZipMember[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    const place = offset + at;
    if (at + 46 > length || directory.readUInt32LE(at) !== ENTRY) {
      throw damaged(bytes.name, place, `member ${index + 1} of ${count} is missing from the directory`);
    }
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) =>
      directory.readUInt16LE(at + field),
    );
    const end = at + 46 + nameBytes! + extraBytes! + commentBytes!;
    if (end > length) throw damaged(bytes.name, place, 'the directory ends inside a member');
    const name = directory.toString('utf8', at + 46, at + 46 + nameBytes!);
    const extra = directory.subarray(at + 46 + nameBytes!, at + 46 + nameBytes! + extraBytes!);
    members.push(await memberOf(bytes, directory.subarray(at, at + 46), name, extra, place));
    at = end;
  }
  return members;
}

async function findDirectory(bytes: FileBytes) {
  const tailBytes = Math.min(bytes.sizeBytes, END_BYTES + 65_535 + 20);
  const tailAt = bytes.sizeBytes - tailBytes;
  const tail = await bytes.read(tailAt, tailBytes);
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== END) continue;
    const small = {
      count: tail.readUInt16LE(at + 10),
      length: tail.readUInt32LE(at + 12),
      offset: tail.readUInt32LE(at + 16),
    };
    const large = small.count === 0xffff || small.length === 0xffffffff || small.offset === 0xffffffff;
    return large && at >= 20 && tail.readUInt32LE(at - 20) === LOCATOR_64
      ? await largeDirectory(bytes, safe(bytes, tail.readBigUInt64LE(at - 12)))
      : small;
  }
  throw damaged(bytes.name, bytes.sizeBytes, 'the archive has no directory at its end');
}

async function largeDirectory(bytes: FileBytes, at: number) {
  const end = await bytes.read(at, 56);
  if (end.readUInt32LE(0) !== END_64)
    throw damaged(bytes.name, at, 'the directory of the archive is not where its end says');
  return {
    count: safe(bytes, end.readBigUInt64LE(32)),
    length: safe(bytes, end.readBigUInt64LE(40)),
    offset: safe(bytes, end.readBigUInt64LE(48)),
  };
}

async function memberOf(
  bytes: FileBytes,
  entry: Buffer,
  name: string,
  extra: Buffer,
  place: number,
): Promise<ZipMember> {
  const [flags, method] = [entry.readUInt16LE(8), entry.readUInt16LE(10)];
  if (flags & 1)
    throw damaged(bytes.name, place, `${name} is encrypted`, 'Write the archive without a password.');
  if (method !== 0 && method !== 8) {
    throw damaged(
      bytes.name,
      place,
      `${name} is compressed in a way (${method}) that is not known`,
      'Write the archive with "deflate".',
    );
  }
  const sizes = {
    size: entry.readUInt32LE(24),
    compressed: entry.readUInt32LE(20),
    offset: entry.readUInt32LE(42),
  };
  widen(bytes, sizes, extra);
  const { size, compressed, offset } = sizes;
  if (method === 0 ? size !== compressed : size > compressed * MOST_EXPANSION + 64) {
    throw damaged(bytes.name, place, `${name} says that ${compressed} bytes become ${size}`);
  }
  const local = await bytes.read(offset, 30);
  if (local.readUInt32LE(0) !== LOCAL) throw damaged(bytes.name, offset, `${name} does not begin here`);
  const dataOffset = offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  if (dataOffset + compressed > bytes.sizeBytes) {
    throw damaged(bytes.name, dataOffset, `${name} is cut off: the file ends at byte ${bytes.sizeBytes}`);
  }
  return {
    name,
    method: method === 0 ? 'stored' : 'deflated',
    checksum: entry.readUInt32LE(16),
    compressedBytes: compressed,
    sizeBytes: size,
    dataOffset,
  };
}

/** Sizes and places of 4 GiB and more stand in an extra field, in this order and only where they are needed. */
function widen(
  bytes: FileBytes,
  sizes: { size: number; compressed: number; offset: number },
  extra: Buffer,
): void {
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1) {
      let field = at + 4;
      const end = Math.min(extra.length, field + length);
      for (const key of ['size', 'compressed', 'offset'] as const) {
        if (sizes[key] !== 0xffffffff || field + 8 > end) continue;
        sizes[key] = safe(bytes, extra.readBigUInt64LE(field));
        field += 8;
      }
      return;
    }
    at += 4 + length;
  }
}

function safe(bytes: FileBytes, value: bigint): number {
  if (value > BigInt(bytes.sizeBytes) * BigInt(MOST_EXPANSION)) {
    throw damaged(bytes.name, null, `the archive names ${value} bytes, more than it can hold`);
  }
  return Number(value);
}
