import { WireReader } from '../protobuf/wire-reader.ts';

/** One value of a summary, its parts still as they stand in the file: what they mean depends on the plugin of the tag. */
export interface SummaryValue {
  readonly tag: string;
  readonly simple: number | null;
  readonly image: WireReader | null;
  readonly histogram: WireReader | null;
  readonly tensor: WireReader | null;
  readonly sound: WireReader | null;
  readonly other: boolean;
  /** Only the first value of a tag in a file says the plugin. */
  readonly plugin: { readonly name: string; readonly content: Uint8Array } | null;
}

/** One record of an event file (tensorflow/core/util/event.proto). */
export interface LogEvent {
  /** Epoch milliseconds. */
  readonly timeMs: number;
  readonly step: number;
  readonly values: readonly SummaryValue[];
  /** A model's graph, as TensorFlow's GraphDef. */
  readonly graph: Uint8Array | null;
}

/** @throws AppError DATA_MALFORMED */
export function readEvent(payload: Uint8Array): LogEvent {
  const message = new WireReader(payload);
  let timeMs = 0;
  let step = 0;
  let values: SummaryValue[] = [];
  let graph: Uint8Array | null = null;
  while (message.next()) {
    if (message.field === 1) timeMs = Math.round(message.double() * 1000);
    else if (message.field === 2) step = message.integer();
    else if (message.field === 4) graph = message.bytes();
    else if (message.field === 5) values = readSummary(message.message());
    else message.skip();
  }
  return { timeMs, step, values, graph };
}

function readSummary(message: WireReader): SummaryValue[] {
  const values: SummaryValue[] = [];
  while (message.next()) {
    if (message.field === 1) values.push(readValue(message.message()));
    else message.skip();
  }
  return values;
}

function readValue(message: WireReader): SummaryValue {
  let tag = '';
  let simple: number | null = null;
  let image: WireReader | null = null;
  let histogram: WireReader | null = null;
  let tensor: WireReader | null = null;
  let sound: WireReader | null = null;
  let plugin: SummaryValue['plugin'] = null;
  let other = false;
  while (message.next()) {
    if (message.field === 1) tag = message.text();
    else if (message.field === 2) simple = message.float();
    else if (message.field === 4) image = message.message();
    else if (message.field === 5) histogram = message.message();
    else if (message.field === 6) sound = message.message();
    else if (message.field === 8) tensor = message.message();
    else if (message.field === 9) plugin = readMetadata(message.message());
    else {
      // The histograms of before 2016.
      if (message.field === 3) other = true;
      message.skip();
    }
  }
  return { tag, simple, image, histogram, tensor, sound, other, plugin };
}

function readMetadata(message: WireReader): SummaryValue['plugin'] {
  let plugin: SummaryValue['plugin'] = null;
  while (message.next()) {
    if (message.field === 1) plugin = readPlugin(message.message());
    else message.skip();
  }
  return plugin;
}

function readPlugin(message: WireReader): NonNullable<SummaryValue['plugin']> {
  let name = '';
  let content: Uint8Array = new Uint8Array();
  while (message.next()) {
    if (message.field === 1) name = message.text();
    else if (message.field === 2) content = message.bytes();
    else message.skip();
  }
  return { name, content };
}
