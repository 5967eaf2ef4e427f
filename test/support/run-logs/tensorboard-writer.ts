import fs from 'node:fs';
import path from 'node:path';
import { WireWriter } from '../../../app/interop/protobuf/wire-writer.ts';
import { fileHeader, scalarRecord } from '../../../app/interop/tensorboard/event-writer.ts';
import { writeSessionStart } from '../../../app/interop/tensorboard/hyper-parameters.ts';
import { frameRecord } from '../../../app/interop/tensorboard/record-file.ts';
import type { LogPoint, LogWriter } from './log-writer.ts';

export const EVENT_FILE = 'events.out.tfevents.1700000000.machine.1.0';

export function tensorBoardWriter(folder: string): LogWriter & { readonly file: string } {
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, EVENT_FILE);
  fs.writeFileSync(file, fileHeader(1_700_000_000_000));
  const seen = new Set<string>();
  const recordOf = (point: LogPoint) => {
    const first = !seen.has(point.key);
    seen.add(point.key);
    return scalarRecord({ ...point, timeMs: 1_700_000_000_000 + seen.size }, first);
  };
  return {
    source: folder,
    file,
    log: (...points) => fs.appendFileSync(file, Buffer.concat(points.map(recordOf))),
    param(key, value) {
      const content = writeSessionStart({ [key]: value }, '', 1_700_000_000_000);
      const plugin = new WireWriter().text(1, 'hparams').bytes(2, content);
      const tagged = new WireWriter()
        .text(1, '_hparams_/session_start_info')
        .message(9, new WireWriter().message(1, plugin));
      const event = new WireWriter().double(1, 1_700_000_000).message(5, new WireWriter().message(1, tagged));
      fs.appendFileSync(file, frameRecord(event.finish()));
    },
    read: null,
    register: null,
    tear(point) {
      const record = recordOf(point);
      const cut = Math.floor(record.length / 2);
      fs.appendFileSync(file, record.subarray(0, cut));
      return () => fs.appendFileSync(file, record.subarray(cut));
    },
    close() {},
  };
}
