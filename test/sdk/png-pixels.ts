import zlib from 'node:zlib';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Bytes of each row, channels interleaved. */
  readonly rows: number[][];
}

/** Decode a PNG of 8 bits a channel without filters, as the SDK writes them; checks every chunk's checksum. */
export function decodePng(file: Buffer): Picture {
  const channelsOf: Record<number, number> = { 0: 1, 2: 3, 4: 2, 6: 4 };
  let [width, height, channels] = [0, 0, 0];
  const body: Buffer[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const name = file.toString('latin1', at + 4, at + 8);
    const content = file.subarray(at + 8, at + 8 + length);
    if (zlib.crc32(file.subarray(at + 4, at + 8 + length)) !== file.readUInt32BE(at + 8 + length))
      throw new Error(`the checksum of ${name} is wrong`);
    if (name === 'IHDR')
      [width, height, channels] = [
        content.readUInt32BE(0),
        content.readUInt32BE(4),
        channelsOf[content[9]!]!,
      ];
    if (name === 'IDAT') body.push(content);
    at += length + 12;
  }
  const bytes = zlib.inflateSync(Buffer.concat(body));
  const stride = width * channels + 1;
  const rows = Array.from({ length: height }, (_, row) => [
    ...bytes.subarray(row * stride, (row + 1) * stride),
  ]);
  if (rows.some((row) => row[0] !== 0)) throw new Error('a row has a filter');
  return { width, height, rows: rows.map((row) => row.slice(1)) };
}
