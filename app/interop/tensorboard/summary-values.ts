import type { ImportedArtifact, TransferPoint } from '../../kernel/ports/run-transfer.ts';
import type { WireReader } from '../protobuf/wire-reader.ts';
import { pathOf } from '../source-files.ts';
import type { LogEvent, SummaryValue } from './event.ts';
import { HYPER_PARAMETERS_PLUGIN, type HyperParameters, readHyperParameters } from './hyper-parameters.ts';
import { readTensor, type Tensor } from './tensor.ts';

/** What the values of events mean, gathered until a batch is handed on. */
export interface Gathered {
  readonly points: TransferPoint[];
  readonly artifacts: ImportedArtifact[];
  readonly hyperParameters: HyperParameters[];
  /** How many values of a kind were left out. */
  readonly left: Map<string, number>;
  /** Bytes that the artifacts hold. */
  heldBytes: number;
}

/**
 * Sort one value of an event by its kind. Scalars, images, histograms and text come in an old form of their own and in the form of
 * tensors, where the tag's plugin tells the kind.
 *
 * @param plugins plugin of each tag; filled in, since only the first value of a tag tells it
 * @throws AppError DATA_MALFORMED
 */
export function gatherValue(
  event: LogEvent,
  value: SummaryValue,
  plugins: Record<string, string>,
  into: Gathered,
): void {
  const { tag } = value;
  if (value.plugin && value.plugin.name !== '') {
    if (value.plugin.name === HYPER_PARAMETERS_PLUGIN) {
      into.hyperParameters.push(readHyperParameters(value.plugin.content));
      return;
    }
    plugins[tag] = value.plugin.name;
  }
  if (value.simple !== null) scalar(event, tag, value.simple, into);
  else if (value.image) legacyImage(event, tag, value.image, into);
  else if (value.sound) legacySound(event, tag, value.sound, into);
  else if (value.histogram) histogram(event, tag, legacyBuckets(value.histogram), into);
  else if (value.tensor) {
    const plugin = Object.hasOwn(plugins, tag) ? plugins[tag]! : '';
    gatherTensor(event, tag, plugin, readTensor(value.tensor), into);
  } else if (value.other) leave(into, 'old histograms');
}

function gatherTensor(event: LogEvent, tag: string, plugin: string, tensor: Tensor, into: Gathered): void {
  if (plugin === 'scalars' || (plugin === '' && tensor.numbers.length === 1)) {
    if (tensor.numbers.length === 1) scalar(event, tag, tensor.numbers[0]!, into);
  } else if (plugin === 'images') {
    // The first two texts are the width and the height.
    tensor.strings.slice(2).forEach((bytes, index, all) => {
      image(event, tag, bytes, all.length > 1 ? `-${index}` : '', into);
    });
  } else if (plugin === 'audio') {
    // Each sound may have a text for people beside it.
    const sounds = tensor.strings.filter(isWave);
    sounds.forEach((bytes, index) => {
      sound(event, tag, bytes, sounds.length > 1 ? `-${index}` : '', into);
    });
  } else if (plugin === 'histograms') {
    histogram(event, tag, tensorBuckets(tensor), into);
  } else if (plugin === 'text') {
    const text = tensor.strings.map((each) => Buffer.from(each).toString('utf8')).join('\n\n');
    keep(event, tag, `text/${pathOf(tag)}/${event.step}.md`, 'file', Buffer.from(text), into);
  } else leave(into, plugin === '' ? 'tensors without a plugin' : `values of the plugin ${plugin}`);
}

function leave(into: Gathered, kind: string): void {
  into.left.set(kind, (into.left.get(kind) ?? 0) + 1);
}

function scalar({ step, timeMs }: LogEvent, key: string, value: number, into: Gathered): void {
  into.points.push({ key, step, timeMs, value });
}

function keep(
  event: LogEvent,
  key: string,
  path: string,
  kind: 'file' | 'image',
  bytes: Uint8Array,
  into: Gathered,
): void {
  into.artifacts.push({ path, kind, key, step: event.step, content: { from: 'bytes', bytes } });
  into.heldBytes += bytes.length;
}

function image(event: LogEvent, tag: string, bytes: Uint8Array, suffix: string, into: Gathered): void {
  const kind = pictureKind(bytes);
  // A copy: the record's buffer is used again.
  if (kind)
    keep(event, tag, `images/${pathOf(tag)}/${event.step}${suffix}.${kind}`, 'image', bytes.slice(), into);
  else leave(into, 'images that are neither PNG, JPEG nor GIF');
}

function legacyImage(event: LogEvent, tag: string, message: WireReader, into: Gathered): void {
  while (message.next()) {
    if (message.field === 4) image(event, tag, message.bytes(), '', into);
    else message.skip();
  }
}

const isWave = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.subarray(0, 4)).toString('latin1') === 'RIFF';

function sound(event: LogEvent, tag: string, bytes: Uint8Array, suffix: string, into: Gathered): void {
  if (isWave(bytes))
    keep(event, tag, `audio/${pathOf(tag)}/${event.step}${suffix}.wav`, 'file', bytes.slice(), into);
  else leave(into, 'sounds that are no WAV');
}

function legacySound(event: LogEvent, tag: string, message: WireReader, into: Gathered): void {
  while (message.next()) {
    if (message.field === 4) sound(event, tag, message.bytes(), '', into);
    else message.skip();
  }
}

/** A model's graph is kept as it is, for TensorBoard to show again; the last one counts. */
export function gatherGraph({ graph }: LogEvent, into: Gathered): void {
  if (graph === null || graph.length === 0) return;
  into.artifacts.push({ path: 'graph.pb', kind: 'file', content: { from: 'bytes', bytes: graph.slice() } });
  into.heldBytes += graph.length;
}

function pictureKind(bytes: Uint8Array): 'png' | 'jpg' | 'gif' | null {
  const head = Buffer.from(bytes.subarray(0, 4)).toString('latin1');
  if (head === '\x89PNG') return 'png';
  if (head.startsWith('\xff\xd8\xff')) return 'jpg';
  return head.startsWith('GIF8') ? 'gif' : null;
}

type Bucket = readonly [left: number, right: number, count: number];

/** A line of JSON for each step, in one file a tag: step, time and the buckets. */
function histogram(event: LogEvent, tag: string, buckets: readonly Bucket[], into: Gathered): void {
  const finite = buckets.map((bucket) => bucket.map((each) => (Number.isFinite(each) ? each : String(each))));
  const line = `${JSON.stringify({ step: event.step, timeMs: event.timeMs, buckets: finite })}\n`;
  const bytes = Buffer.from(line);
  into.artifacts.push({
    path: `histograms/${pathOf(tag)}.jsonl`,
    kind: 'table',
    key: tag,
    content: { from: 'append', bytes },
  });
  into.heldBytes += bytes.length;
}

function tensorBuckets({ numbers }: Tensor): Bucket[] {
  return Array.from({ length: Math.floor(numbers.length / 3) }, (_, index) => [
    numbers[index * 3]!,
    numbers[index * 3 + 1]!,
    numbers[index * 3 + 2]!,
  ]);
}

/** Counts with the upper limit of each; the outermost limits are beyond all numbers, so the data's own ends stand for them. */
function legacyBuckets(message: WireReader): Bucket[] {
  let min = Number.NEGATIVE_INFINITY;
  let max = Number.POSITIVE_INFINITY;
  const limits: number[] = [];
  const counts: number[] = [];
  while (message.next()) {
    if (message.field === 1) min = message.double();
    else if (message.field === 2) max = message.double();
    else if (message.field === 6) message.doubles(limits);
    else if (message.field === 7) message.doubles(counts);
    else message.skip();
  }
  return counts
    .map(
      (count, index): Bucket => [
        Math.max(min, limits[index - 1] ?? min),
        Math.min(max, limits[index] ?? max),
        count,
      ],
    )
    .filter(([, , count]) => count > 0);
}
