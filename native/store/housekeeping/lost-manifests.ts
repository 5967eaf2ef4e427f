import fs from 'node:fs';
import path from 'node:path';
import { blake3 } from '@napi-rs/blake-hash';
import type { Digest } from '../../../app/contract/ids.ts';
import { hashFile } from '../contents/hash-file.ts';
import { encodeFile, MANIFEST_HEAD, MANIFEST_TAIL } from '../manifest/manifest-code.ts';
import { SectionReader, sectionStarts } from '../sources/entry-section.ts';
import { type Memory, readMemory } from '../sources/memory-file.ts';
import { manifestText, VersionTree } from '../sources/version-tree.ts';
import type { StorePaths } from '../store-paths.ts';
import type { Copy } from './repair-steps.ts';

/** Of a file's mode: its owner may execute it. */
const EXECUTABLE = 0o100;
const ENDING = '.manifest';

/**
 * Make lists of versions' files again that the store has lost: from what is remembered of sources and of folders that versions were written
 * into, or from a folder or file that may hold a version. They count only if they have the right digest.
 *
 * @param copies of those that name a lost manifest, the path may be a folder with the version's files
 * @param onBytes told of bytes that were read; may throw to stop
 * @returns where they lie now; `removeRemade` removes them
 */
export function remakeManifests(
  paths: StorePaths,
  lost: readonly Digest[],
  copies: readonly Copy[],
  onBytes: (bytes: number) => void,
): Copy[] {
  const open = new Set(lost);
  const made: Copy[] = [];
  const offer = (content: Digest, text: string | null, from: string) => {
    if (text === null || !open.has(content) || blake3(text).toString('hex') !== content) return;
    open.delete(content);
    const file = path.join(paths.checkouts, `${content}${ENDING}`);
    fs.mkdirSync(paths.checkouts, { recursive: true, mode: 0o700 });
    fs.writeFileSync(file, text, { mode: 0o600 });
    made.push({ content, path: file, from });
  };
  for (const [folder, textOf] of [
    [paths.memories, textOfSource],
    [paths.checkouts, textOfCheckout],
  ] as const) {
    for (const name of open.size > 0 ? namesIn(folder) : []) {
      const memory = readMemory(path.join(folder, name));
      const content = memory?.head.manifest;
      if (content && open.has(content)) offer(content, textOf(memory), 'what was remembered of its files');
    }
  }
  for (const copy of copies) {
    if (open.has(copy.content)) offer(copy.content, textOfFiles(copy.path, onBytes), copy.path);
  }
  return made;
}

/** After their contents were stored, or after a repair that did not come so far. */
export function removeRemade({ checkouts }: StorePaths): void {
  for (const name of namesIn(checkouts)) {
    if (name.endsWith(ENDING)) fs.rmSync(path.join(checkouts, name), { force: true });
  }
}

function textOfSource({ head, sections }: Memory): string {
  const tree = new VersionTree(head.names.map((name) => ({ name })));
  const buffer = bufferOf(sections);
  for (const at of sectionStarts(buffer)) tree.add(buffer, at);
  const files: string[] = [];
  tree.visit((name, entry) => files.push(manifestText(name, entry)));
  return textOf(files);
}

/** Null where only a part of the version was written. */
function textOfCheckout({ head, sections }: Memory): string | null {
  if (head.names.some((prefix) => prefix !== '')) return null;
  const files = new Map<string, string>();
  const buffer = bufferOf(sections);
  for (const at of sectionStarts(buffer)) {
    const reader = new SectionReader(buffer, at);
    while (reader.next()) files.set(reader.name, manifestText(reader.name, reader));
  }
  return textOf(inOrder(files));
}

/** Null where nothing can be read. */
function textOfFiles(root: string, onBytes: (bytes: number) => void): string | null {
  const files = new Map<string, string>();
  const add = (file: string, name: string) => {
    const { size, mode } = fs.statSync(file);
    const hex = hashFile(file, onBytes).toString('hex');
    files.set(name, encodeFile(name, size, hex, (mode & EXECUTABLE) !== 0));
  };
  const walk = (folder: string, prefix: string) => {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const below = path.join(folder, entry.name);
      if (entry.isDirectory()) walk(below, `${prefix}${entry.name}/`);
      else if (entry.isFile()) add(below, prefix + entry.name);
    }
  };
  try {
    if (fs.lstatSync(root).isDirectory()) walk(root, '');
    else add(root, path.basename(root));
    return textOf(inOrder(files));
  } catch (error) {
    if (error instanceof DOMException) throw error;
    return null;
  }
}

function inOrder(files: ReadonlyMap<string, string>): string[] {
  return [...files.keys()].sort().map((name) => files.get(name)!);
}

function textOf(files: readonly string[]): string {
  return `${MANIFEST_HEAD}${files.join(',')}${MANIFEST_TAIL}`;
}

function bufferOf({ buffer, byteOffset, byteLength }: Memory['sections']): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function namesIn(folder: string): string[] {
  return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
}
