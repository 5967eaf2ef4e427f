import { damaged } from './damaged.ts';

export interface TarMember {
  readonly name: string;
  readonly sizeBytes: number;
  /** Where its content begins in the archive. */
  readonly dataOffset: number;
}

/** What a tar archive is read from; it is asked in rising order. */
export interface TarBytes {
  readonly name: string;
  /** At most; exact where the end was reached. */
  readonly sizeBytes: number;
  read(offset: number, length: number): Promise<Buffer>;
  head(offset: number, length: number): Promise<Buffer>;
}

const BLOCK = 512;
/** Long names and extended headers are small; a larger one is no name. */
const MOST_HEADER_BYTES = 1024 * 1024;

/**
 * The regular files of a tar archive in its order (POSIX ustar and pax, GNU long names). Links, devices and folders are passed over:
 * nothing is unpacked here.
 *
 * @throws AppError DATA_MALFORMED naming the byte
 */
export async function* tarMembers(bytes: TarBytes): AsyncGenerator<TarMember> {
  let at = 0;
  /** Where the content of the last member ends. */
  let end = 0;
  let told: { path?: string | undefined; size?: number | undefined } = {};
  while (at + BLOCK <= bytes.sizeBytes) {
    const header = await bytes.head(at, BLOCK);
    if (header.length < BLOCK) break;
    if (header.every((byte) => byte === 0)) return;
    checkSum(bytes, header, at);
    const kind = String.fromCharCode(header[156]!);
    const sizeBytes = told.size ?? numberAt(bytes, header, 124, 12, at);
    const dataOffset = at + BLOCK;
    if (dataOffset + sizeBytes > bytes.sizeBytes) {
      throw damaged(
        bytes.name,
        at,
        `a member of ${sizeBytes} bytes begins here, more than the archive can hold`,
      );
    }
    end = dataOffset + sizeBytes;
    at = dataOffset + Math.ceil(sizeBytes / BLOCK) * BLOCK;
    if (kind === 'L' || kind === 'x') {
      if (sizeBytes > MOST_HEADER_BYTES)
        throw damaged(bytes.name, dataOffset, `a name of ${sizeBytes} bytes is too long`);
      const content = await bytes.read(dataOffset, sizeBytes);
      told =
        kind === 'L'
          ? { ...told, path: textOf(content) }
          : { ...told, ...paxFields(bytes, content, dataOffset) };
      continue;
    }
    if (kind === 'g' || kind === 'K') continue;
    if (kind === '0' || kind === '\0' || kind === '7')
      yield { name: told.path ?? nameOf(header), sizeBytes, dataOffset };
    told = {};
  }
  if (end > bytes.sizeBytes) throw damaged(bytes.name, bytes.sizeBytes, 'the archive is cut off');
  if (at === 0) throw damaged(bytes.name, 0, 'this is no tar archive: it is shorter than one block');
}

function checkSum(bytes: TarBytes, header: Buffer, at: number): void {
  let sum = 0;
  for (let index = 0; index < BLOCK; index++) sum += index >= 148 && index < 156 ? 32 : header[index]!;
  if (sum !== numberAt(bytes, header, 148, 8, at))
    throw damaged(bytes.name, at, 'a member of the archive must begin here');
}

/** Octal text, or GNU's binary form for large numbers. */
function numberAt(bytes: TarBytes, header: Buffer, offset: number, length: number, at: number): number {
  if (header[offset]! & 0x80) {
    const value = header.readBigUInt64BE(offset + length - 8);
    if (value > BigInt(bytes.sizeBytes))
      throw damaged(bytes.name, at, `a member of ${value} bytes is larger than the archive`);
    return Number(value);
  }
  const text = header
    .toString('latin1', offset, offset + length)
    .replace(/[\0 ]+$/, '')
    .trim();
  if (!/^[0-7]*$/.test(text)) throw damaged(bytes.name, at, 'a member of the archive must begin here');
  return text === '' ? 0 : Number.parseInt(text, 8);
}

function nameOf(header: Buffer): string {
  const name = textOf(header.subarray(0, 100));
  const isUstar = header.toString('latin1', 257, 262) === 'ustar';
  const prefix =
    isUstar && header.toString('latin1', 257, 265) !== 'ustar  \0' ? textOf(header.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}

/** Lines `LENGTH KEY=VALUE\n`, where the length counts the whole line. */
function paxFields(bytes: TarBytes, content: Buffer, place: number): { path?: string; size?: number } {
  const fields: { path?: string; size?: number } = {};
  for (let at = 0; at < content.length && content[at] !== 0; ) {
    const space = content.indexOf(0x20, at);
    const length = Number(content.toString('latin1', at, Math.max(at, space)));
    if (space < 0 || !Number.isSafeInteger(length) || length < 4 || at + length > content.length) {
      throw damaged(bytes.name, place + at, 'an extended header is damaged');
    }
    const [key, value] = splitOnce(content.toString('utf8', space + 1, at + length - 1));
    if (key === 'path') fields.path = value;
    if (key === 'size') {
      fields.size = Number(value);
      if (!Number.isSafeInteger(fields.size) || fields.size < 0)
        throw damaged(bytes.name, place + at, `"${value}" is no size`);
    }
    at += length;
  }
  return fields;
}

function splitOnce(line: string): [string, string] {
  const at = line.indexOf('=');
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
}
