import type { ExportedRun, TransferPoint } from '../../kernel/ports/run-transfer.ts';
import { WireWriter } from '../protobuf/wire-writer.ts';
import {
  HYPER_PARAMETERS_PLUGIN,
  SESSION_END_TAG,
  SESSION_START_TAG,
  writeSessionEnd,
  writeSessionStart,
} from './hyper-parameters.ts';
import { frameRecord } from './record-file.ts';

const DOUBLE = 2;
const STRING = 7;
/** How TensorBoard treats a plugin's values: one number, pictures. */
const SCALAR_CLASS = 1;
const BLOB_CLASS = 3;

function event(timeMs: number, step: number): WireWriter {
  return new WireWriter().double(1, timeMs / 1000).integer(2, step);
}

function metadata(plugin: string, content: Uint8Array, dataClass: number): WireWriter {
  const inner = new WireWriter().text(1, plugin);
  if (content.length > 0) inner.bytes(2, content);
  const message = new WireWriter().message(1, inner);
  return dataClass === 0 ? message : message.integer(4, dataClass);
}

function summary(tag: string, describe: WireWriter | null, tensor: WireWriter | null): WireWriter {
  const value = new WireWriter().text(1, tag);
  if (describe) value.message(9, describe);
  if (tensor) value.message(8, tensor);
  return new WireWriter().message(1, value);
}

const record = (message: WireWriter): Buffer => frameRecord(message.finish());

/** The record that every event file begins with. */
export const fileHeader = (timeMs: number): Buffer =>
  record(new WireWriter().double(1, timeMs / 1000).text(3, 'brain.Event:2'));

/** A scalar as a tensor of one double: `simple_value` would halve its precision. @param first whether the tag is new to the file */
export function scalarRecord({ key, step, timeMs, value }: TransferPoint, first: boolean): Buffer {
  const tensor = new WireWriter().integer(1, DOUBLE).message(2, new WireWriter());
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  tensor.bytes(4, bytes);
  const describe = first ? metadata('scalars', new Uint8Array(), SCALAR_CLASS) : null;
  return record(event(timeMs, step).message(5, summary(key, describe, tensor)));
}

/** A picture in a format that TensorBoard shows. @param size in pixels */
export function imageRecord(
  key: string,
  step: number,
  timeMs: number,
  size: { readonly width: number; readonly height: number },
  bytes: Uint8Array,
): Buffer {
  const tensor = new WireWriter()
    .integer(1, STRING)
    .message(2, new WireWriter().message(2, new WireWriter().integer(1, 3)))
    .text(8, String(size.width))
    .text(8, String(size.height))
    .bytes(8, bytes);
  return record(
    event(timeMs, step).message(5, summary(key, metadata('images', new Uint8Array(), BLOB_CLASS), tensor)),
  );
}

/** What the page HPARAMS reads: the parameters at the start and the state at the end. */
export function hyperParameterRecords(run: ExportedRun): Buffer[] {
  const startedMs = run.startedAt ?? run.createdAt;
  const start = metadata(HYPER_PARAMETERS_PLUGIN, writeSessionStart(run.params, run.id, startedMs), 0);
  const end = metadata(HYPER_PARAMETERS_PLUGIN, writeSessionEnd(run.status, run.endedAt ?? startedMs), 0);
  return [
    record(event(startedMs, 0).message(5, summary(SESSION_START_TAG, start, null))),
    record(event(run.endedAt ?? startedMs, 0).message(5, summary(SESSION_END_TAG, end, null))),
  ];
}
