import fs from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { WireWriter } from '../../../app/interop/protobuf/wire-writer.ts';
import type { LogPoint, LogWriter } from './log-writer.ts';

const BLOCK_BYTES = 32_768;
const HEADER_BYTES = 7;

/** A record in fragments, as LevelDB's log has it, to stand at this byte of the file. */
export function frameLogRecord(payload: Uint8Array, at: number): Buffer {
  const parts: Buffer[] = [];
  let place = at;
  let rest = payload;
  for (let first = true; first || rest.length > 0; first = false) {
    const left = BLOCK_BYTES - (place % BLOCK_BYTES);
    if (left < HEADER_BYTES) {
      parts.push(Buffer.alloc(left));
      place += left;
      first = parts.length === 1;
      continue;
    }
    const data = rest.subarray(0, left - HEADER_BYTES);
    rest = rest.subarray(data.length);
    const last = rest.length === 0;
    const begins = parts.every((part) => part.length < HEADER_BYTES);
    const kind = begins ? (last ? 1 : 2) : last ? 4 : 3;
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32LE(crc32(data, crc32(Buffer.of(kind))), 0);
    header.writeUInt16LE(data.length, 4);
    header[6] = kind;
    parts.push(header, Buffer.from(data));
    place += HEADER_BYTES + data.length;
    if (last) break;
  }
  return Buffer.concat(parts);
}

const item = (key: string, json: string) => new WireWriter().text(2, key).text(16, json);

export const record = (field: number, message: WireWriter): Buffer =>
  new WireWriter().message(field, message).finish();

function jsonOf(value: number): string {
  return Number.isFinite(value) ? JSON.stringify(value) : String(value);
}

/** An artifact that a run logged, with one file of which it says the place and the digest. */
export const artifactRecord = (
  name: string,
  entry: {
    readonly path: string;
    readonly digest: string;
    readonly sizeBytes: number;
    readonly localPath: string;
  },
): Buffer =>
  record(
    8,
    new WireWriter()
      .text(4, 'model')
      .text(5, name)
      .text(6, '45190bb82a0f856b7002ebc99239d861')
      .text(11, 'best')
      .message(
        12,
        new WireWriter().message(
          4,
          new WireWriter()
            .text(1, entry.path)
            .text(2, entry.digest)
            .integer(4, entry.sizeBytes)
            .text(6, entry.localPath),
        ),
      ),
  );

export function wandbWriter(folder: string, id = 'abc12345'): LogWriter & { readonly file: string } {
  const runFolder = path.join(folder, `offline-run-20231114_221320-${id}`);
  fs.mkdirSync(path.join(runFolder, 'files'), { recursive: true });
  const file = path.join(runFolder, `run-${id}.wandb`);
  fs.writeFileSync(file, Buffer.concat([Buffer.from(':W&B'), Buffer.of(0xe1, 0xbe, 0)]));
  const append = (payload: Uint8Array) =>
    fs.appendFileSync(file, frameLogRecord(payload, fs.statSync(file).size));
  const run = new WireWriter()
    .text(1, id)
    .text(3, 'digits')
    .text(8, 'a run')
    .message(17, new WireWriter().integer(1, 1_700_000_000));
  append(record(17, run));
  const history = ({ key, step, value }: LogPoint) =>
    record(
      2,
      new WireWriter()
        .message(1, item(key, jsonOf(value)))
        .message(1, item('_timestamp', '1700000000.5'))
        .message(2, new WireWriter().integer(1, step)),
    );
  return {
    source: folder,
    file,
    log: (...points) => {
      for (const point of points) append(history(point));
    },
    param: (key, value) => append(record(5, new WireWriter().message(1, item(key, JSON.stringify(value))))),
    read: (name, digest) =>
      append(record(25, new WireWriter().text(1, digest).text(2, 'dataset').text(3, name))),
    register: null,
    tear(point) {
      const framed = frameLogRecord(history(point), fs.statSync(file).size);
      const cut = Math.floor(framed.length / 2);
      fs.appendFileSync(file, framed.subarray(0, cut));
      return () => fs.appendFileSync(file, framed.subarray(cut));
    },
    close() {},
  };
}
