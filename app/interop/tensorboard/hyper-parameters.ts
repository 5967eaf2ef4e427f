import type { JobState } from '../../contract/jobs.contract.ts';
import type { ParameterValue } from '../../contract/wire.ts';
import { WireReader } from '../protobuf/wire-reader.ts';
import { WireWriter } from '../protobuf/wire-writer.ts';

export const HYPER_PARAMETERS_PLUGIN = 'hparams';
export const SESSION_START_TAG = '_hparams_/session_start_info';
export const SESSION_END_TAG = '_hparams_/session_end_info';

/** What the plugin's content of a session's start or end says (tensorboard/plugins/hparams/plugin_data.proto). */
export interface HyperParameters {
  readonly params: Readonly<Record<string, ParameterValue>>;
  readonly status?: JobState;
  readonly endedAt?: number;
}

/** @throws AppError DATA_MALFORMED */
export function readHyperParameters(content: Uint8Array): HyperParameters {
  const message = new WireReader(content);
  const params: Record<string, ParameterValue> = {};
  let end: Pick<HyperParameters, 'status' | 'endedAt'> = {};
  while (message.next()) {
    if (message.field === 3) readStart(message.message(), params);
    else if (message.field === 4) end = readEnd(message.message());
    else message.skip();
  }
  return { params, ...end };
}

function readStart(message: WireReader, params: Record<string, ParameterValue>): void {
  while (message.next()) {
    if (message.field !== 1) {
      message.skip();
      continue;
    }
    const entry = message.message();
    let key = '';
    let value: ParameterValue | null = null;
    while (entry.next()) {
      if (entry.field === 1) key = entry.text();
      else if (entry.field === 2) value = readValue(entry.message());
      else entry.skip();
    }
    if (value !== null) params[key] = value;
  }
}

/** A google.protobuf.Value; lists and structures are nothing that the plugin's writers make. */
function readValue(message: WireReader): ParameterValue | null {
  let value: ParameterValue | null = null;
  while (message.next()) {
    if (message.field === 2) value = message.double();
    else if (message.field === 3) value = message.text();
    else if (message.field === 4) value = message.boolean();
    else message.skip();
  }
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

const statuses: readonly (JobState | undefined)[] = [undefined, 'finished', 'failed', 'running'];

function readEnd(message: WireReader): Pick<HyperParameters, 'status' | 'endedAt'> {
  let status: JobState | undefined;
  let seconds = 0;
  while (message.next()) {
    if (message.field === 1) status = statuses[message.integer()];
    else if (message.field === 2) seconds = message.double();
    else message.skip();
  }
  return { ...(status && { status }), ...(seconds > 0 && { endedAt: Math.round(seconds * 1000) }) };
}

/** The plugin's content of a session's start. */
export function writeSessionStart(
  params: Readonly<Record<string, ParameterValue>>,
  group: string,
  startedMs: number,
): Buffer {
  const start = new WireWriter();
  for (const [key, value] of Object.entries(params)) {
    const wrapped = new WireWriter();
    if (typeof value === 'number') wrapped.double(2, value);
    else if (typeof value === 'boolean') wrapped.integer(4, value ? 1 : 0);
    else wrapped.text(3, value);
    start.message(1, new WireWriter().text(1, key).message(2, wrapped));
  }
  start.text(4, group).double(5, startedMs / 1000);
  return new WireWriter().message(3, start).finish();
}

/** The plugin's content of a session's end. */
export function writeSessionEnd(status: JobState, endedMs: number): Buffer {
  const number = status === 'finished' ? 1 : status === 'running' ? 3 : status === 'queued' ? 0 : 2;
  return new WireWriter().message(4, new WireWriter().integer(1, number).double(2, endedMs / 1000)).finish();
}
