import { WireReader } from '../protobuf/wire-reader.ts';
import {
  type ArtifactVersion,
  readArtifact,
  readUsedArtifact,
  type UsedArtifact,
} from './artifact-record.ts';
import { parseLooseJson } from './loose-json.ts';

/** A value at its place in a nested object. */
export interface Item {
  readonly path: readonly string[];
  readonly value: unknown;
}

export interface RunFacts {
  readonly id: string;
  readonly entity: string;
  readonly project: string;
  readonly group: string;
  readonly jobType: string;
  readonly name: string;
  readonly notes: string;
  readonly tags: readonly string[];
  readonly sweep: string;
  readonly host: string;
  readonly startedAt: number | null;
  readonly config: readonly Item[];
}

/** Those of W&B's records that say something about the run (wandb/proto/wandb_internal.proto, fields by their numbers). */
export type WandbRecord =
  | { readonly kind: 'run'; readonly run: RunFacts }
  | { readonly kind: 'history'; readonly step: number | null; readonly items: readonly Item[] }
  | { readonly kind: 'summary'; readonly items: readonly Item[] }
  | { readonly kind: 'config'; readonly items: readonly Item[] }
  | { readonly kind: 'output'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly kind: 'environment'; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: 'exit'; readonly code: number }
  /** What the machine did at a moment, in epoch milliseconds. */
  | { readonly kind: 'reading'; readonly timeMs: number; readonly items: readonly Item[] }
  | { readonly kind: 'artifact'; readonly artifact: ArtifactVersion }
  | { readonly kind: 'used-artifact'; readonly used: UsedArtifact }
  | null;

/** @throws AppError DATA_MALFORMED */
export function readRecord(payload: Uint8Array): WandbRecord {
  const message = new WireReader(payload);
  let record: WandbRecord = null;
  while (message.next()) {
    if (message.field === 2) record = readHistory(message.message());
    else if (message.field === 3) record = { kind: 'summary', items: readItems(message.message()) };
    else if (message.field === 5) record = { kind: 'config', items: readItems(message.message()) };
    else if (message.field === 4 || message.field === 13) record = readOutput(message.message());
    else if (message.field === 7) record = readReading(message.message());
    else if (message.field === 8) record = { kind: 'artifact', artifact: readArtifact(message.message()) };
    else if (message.field === 25)
      record = { kind: 'used-artifact', used: readUsedArtifact(message.message()) };
    else if (message.field === 17) record = { kind: 'run', run: readRun(message.message()) };
    else if (message.field === 18) record = readExit(message.message());
    else if (message.field === 26) record = readEnvironment(message.message());
    else message.skip();
  }
  return record;
}

function readHistory(message: WireReader): WandbRecord {
  const items: Item[] = [];
  let step: number | null = null;
  while (message.next()) {
    if (message.field === 1) items.push(readItem(message.message()));
    else if (message.field === 2) {
      const inner = message.message();
      step = 0;
      while (inner.next()) {
        if (inner.field === 1) step = inner.integer();
        else inner.skip();
      }
    } else message.skip();
  }
  return { kind: 'history', step, items };
}

function readReading(message: WireReader): WandbRecord {
  const items: Item[] = [];
  let timeMs = 0;
  while (message.next()) {
    if (message.field === 2) timeMs = readTime(message.message());
    else if (message.field === 3) items.push(readItem(message.message()));
    else message.skip();
  }
  return { kind: 'reading', timeMs, items };
}

/** Updates of a configuration or a summary. */
function readItems(message: WireReader): Item[] {
  const items: Item[] = [];
  while (message.next()) {
    if (message.field === 1) items.push(readItem(message.message()));
    else message.skip();
  }
  return items;
}

function readItem(message: WireReader): Item {
  let key = '';
  const nested: string[] = [];
  let json = '';
  while (message.next()) {
    if (message.field === 1) key = message.text();
    else if (message.field === 2) nested.push(message.text());
    else if (message.field === 16) json = message.text();
    else message.skip();
  }
  return { path: nested.length > 0 ? nested : [key], value: parseLooseJson(json) };
}

function readOutput(message: WireReader): WandbRecord {
  let stream: 'stdout' | 'stderr' = 'stderr';
  let text = '';
  while (message.next()) {
    if (message.field === 1) stream = message.integer() === 1 ? 'stdout' : 'stderr';
    else if (message.field === 3) text = message.text();
    else message.skip();
  }
  return { kind: 'output', stream, text };
}

function readExit(message: WireReader): WandbRecord {
  let code = 0;
  while (message.next()) {
    if (message.field === 1) code = message.integer();
    else message.skip();
  }
  return { kind: 'exit', code };
}

const environmentNames: Readonly<Record<number, string>> = {
  1: 'os',
  2: 'python',
  6: 'program',
  12: 'host',
  18: 'gpu',
  25: 'cuda',
};

function readEnvironment(message: WireReader): WandbRecord {
  const values: Record<string, string> = {};
  while (message.next()) {
    const name = environmentNames[message.field];
    if (name === undefined) message.skip();
    else values[name] = message.text();
  }
  return { kind: 'environment', values };
}

const runTexts: Readonly<
  Record<number, 'id' | 'entity' | 'project' | 'group' | 'jobType' | 'name' | 'notes' | 'sweep' | 'host'>
> = {
  1: 'id',
  2: 'entity',
  3: 'project',
  6: 'group',
  7: 'jobType',
  8: 'name',
  9: 'notes',
  12: 'sweep',
  13: 'host',
};

function readRun(message: WireReader): RunFacts {
  const texts = {
    id: '',
    entity: '',
    project: '',
    group: '',
    jobType: '',
    name: '',
    notes: '',
    sweep: '',
    host: '',
  };
  const tags: string[] = [];
  let config: Item[] = [];
  let startedAt: number | null = null;
  while (message.next()) {
    const name = runTexts[message.field];
    if (name !== undefined) texts[name] = message.text();
    else if (message.field === 4) config = readItems(message.message());
    else if (message.field === 10) tags.push(message.text());
    else if (message.field === 17) startedAt = readTime(message.message());
    else message.skip();
  }
  return { ...texts, tags, config, startedAt };
}

/** A google.protobuf.Timestamp in epoch milliseconds. */
function readTime(message: WireReader): number {
  let seconds = 0;
  let nanos = 0;
  while (message.next()) {
    if (message.field === 1) seconds = message.integer();
    else if (message.field === 2) nanos = message.integer();
    else message.skip();
  }
  return seconds * 1000 + Math.floor(nanos / 1e6);
}
