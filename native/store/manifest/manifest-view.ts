import type { ManifestFile } from '../../../app/kernel/ports/data-store.ts';
import type { ContentReader } from '../contents/content-reader.ts';
import { decodeFiles, MANIFEST_HEAD, MANIFEST_TAIL } from './manifest-code.ts';

/** So many files are decoded together; a page of a list touches few groups. */
const GROUP_FILES = 256;
const GROUPS_AT_HAND = 64;
/** Between two files. Inside a string a quote has a backslash before it, so these bytes stand nowhere else. */
const BETWEEN = Buffer.from(',{"path":"');

/**
 * A manifest as it lies in the store, of which only the places of every so many files are held: lists of millions of files are paged through
 * without being loaded.
 */
export class ManifestView {
  readonly digest: Buffer;
  readonly total: number;
  readonly #contents: ContentReader;
  /** Where each group begins, and where the last one ends. */
  readonly #starts: readonly number[];
  readonly #groups = new Map<number, ManifestFile[]>();
  /** Of the groups that were added up, the bytes of their files. */
  readonly #groupBytes = new Map<number, number>();

  private constructor(digest: Buffer, contents: ContentReader, total: number, starts: readonly number[]) {
    this.digest = digest;
    this.total = total;
    this.#contents = contents;
    this.#starts = starts;
  }

  /** @throws AppError STORAGE_FAILED if it is missing or damaged */
  static open(contents: ContentReader, digest: Buffer): ManifestView {
    const sizeBytes = contents.size(digest);
    const end = sizeBytes - MANIFEST_TAIL.length;
    const starts = [MANIFEST_HEAD.length];
    let total = end > MANIFEST_HEAD.length ? 1 : 0;
    let carried = Buffer.alloc(0);
    let at = 0;
    for (const piece of contents.read(digest, 0, sizeBytes)) {
      const bytes = Buffer.concat([carried, piece]);
      for (let found = bytes.indexOf(BETWEEN); found >= 0; found = bytes.indexOf(BETWEEN, found + 1)) {
        if (total % GROUP_FILES === 0) starts.push(at + found + 1);
        total++;
      }
      const keep = Math.min(bytes.length, BETWEEN.length - 1);
      carried = Buffer.from(bytes.subarray(bytes.length - keep));
      at += bytes.length - keep;
    }
    return new ManifestView(digest, contents, total, [...starts, end + 1]);
  }

  /** The bytes of a group's files, commas between them. */
  groupRange(group: number): { readonly from: number; readonly to: number } {
    return { from: this.#starts[group]!, to: this.#starts[group + 1]! - 1 };
  }

  groupOf(index: number): number {
    return Math.floor(index / GROUP_FILES);
  }

  group(group: number): readonly ManifestFile[] {
    const known = this.#groups.get(group);
    if (known) return known;
    const { from, to } = this.groupRange(group);
    const files = readFiles(this.#contents, this.digest, from, to);
    if (this.#groups.size >= GROUPS_AT_HAND) this.#groups.delete(this.#groups.keys().next().value!);
    this.#groups.set(group, files);
    return files;
  }

  file(index: number): ManifestFile {
    return this.group(this.groupOf(index))[index % GROUP_FILES]!;
  }

  /** The file of this path, or null. */
  find(path: string): ManifestFile | null {
    const index = this.#first((each) => each >= path);
    const file = index < this.total ? this.file(index) : null;
    return file?.path === path ? file : null;
  }

  *files(from = 0, to = this.total): Generator<ManifestFile> {
    for (let index = from; index < to; index++) yield this.file(index);
  }

  /** The places of the files whose path begins so: they are neighbours. */
  withPrefix(prefix: string): { readonly from: number; readonly to: number } {
    if (prefix === '') return { from: 0, to: this.total };
    const from = this.#first((path) => path >= prefix);
    return { from, to: this.#first((path) => path >= prefix && !path.startsWith(prefix), from) };
  }

  /** Behind the last file from a place on whose path begins so: near ones are found in few steps, whatever the manifest's length. */
  endOf(prefix: string, from: number, to: number): number {
    let step = 1;
    while (from + step < to && this.file(from + step).path.startsWith(prefix)) step *= 2;
    return this.#first((path) => !path.startsWith(prefix), from, Math.min(from + step, to));
  }

  /** How many bytes the files [from, to) have. Whole groups are added up once. */
  bytes(from: number, to: number): number {
    let sum = 0;
    for (let at = from; at < to; ) {
      const group = this.groupOf(at);
      const end = Math.min(to, (group + 1) * GROUP_FILES);
      const isWhole = at % GROUP_FILES === 0 && end === Math.min(this.total, (group + 1) * GROUP_FILES);
      sum += isWhole
        ? this.#bytesOfGroup(group)
        : sizeOf(this.group(group).slice(at % GROUP_FILES, end - group * GROUP_FILES));
      at = end;
    }
    return sum;
  }

  #bytesOfGroup(group: number): number {
    const known = this.#groupBytes.get(group);
    if (known !== undefined) return known;
    const sum = sizeOf(this.group(group));
    this.#groupBytes.set(group, sum);
    return sum;
  }

  /** The first place where a condition holds that goes on holding. */
  #first(holds: (path: string) => boolean, from = 0, to = this.total): number {
    let low = from;
    let high = to;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(this.file(middle).path)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

const sizeOf = (files: readonly ManifestFile[]): number =>
  files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

/** Files of a part of a manifest. */
export function readFiles(
  contents: ContentReader,
  manifest: Buffer,
  from: number,
  to: number,
): ManifestFile[] {
  return decodeFiles(contents.bytes(manifest, from, to - from).toString('utf8'));
}
