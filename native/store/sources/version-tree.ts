import { encodeFile } from '../manifest/manifest-code.ts';
import { SectionReader } from './entry-section.ts';
import { twins } from './source-faults.ts';

interface Place {
  readonly buffer: Buffer;
  readonly at: number;
}

/** Told of each file: its path in the version, and a reader that stands at its entry. */
type Visit = (path: string, entry: SectionReader) => void;

/** Everything that was looked at, by folder of the version. */
export class VersionTree {
  readonly #names: readonly string[];
  readonly #folders = new Map<string, Place[]>();
  /** Folders that no section lists, by the folder they are in: those that sources' own names lead through. */
  readonly #implied = new Map<string, Set<string>>();

  /** @param sources by number: what each is called inside the version */
  constructor(sources: readonly { readonly name: string }[]) {
    this.#names = sources.map(({ name }) => name);
  }

  add(buffer: Buffer, at: number): void {
    const { source, path, isSingleFile } = new SectionReader(buffer, at).header;
    const name = this.#names[source]!;
    const folder = isSingleFile ? parentOf(name) : join(name, path);
    const places = this.#folders.get(folder);
    if (places) places.push({ buffer, at });
    else this.#folders.set(folder, [{ buffer, at }]);
    if (path !== '') return;
    for (let below = folder; below !== ''; below = parentOf(below)) {
      const parent = parentOf(below);
      const implied = this.#implied.get(parent) ?? new Set();
      this.#implied.set(parent, implied.add(`${below.slice(parent === '' ? 0 : parent.length + 1)}/`));
    }
  }

  /** Visit all files in a manifest's order. @throws AppError INVALID_INPUT if two have one name */
  visit(visit: Visit, folder = ''): void {
    const places = this.#folders.get(folder) ?? [];
    const implied = this.#implied.get(folder);
    if (places.length === 1 && !implied) this.#visitOne(places[0]!, folder, visit);
    else this.#visitMerged(places, implied ?? new Set(), folder, visit);
  }

  #visitOne({ buffer, at }: Place, folder: string, visit: Visit): void {
    const reader = new SectionReader(buffer, at);
    while (reader.next()) {
      if (reader.isFolder) this.visit(visit, join(folder, reader.name.slice(0, -1)));
      else visit(join(folder, reader.name), reader);
    }
  }

  #visitMerged(places: readonly Place[], implied: ReadonlySet<string>, folder: string, visit: Visit): void {
    const files = new Map<string, { readonly reader: SectionReader; readonly entryAt: number }>();
    const keys = new Set(implied);
    for (const { buffer, at } of places) {
      const reader = new SectionReader(buffer, at);
      while (reader.next()) {
        if (!reader.isFolder) {
          if (files.has(reader.name)) throw twins(join(folder, reader.name));
          files.set(reader.name, { reader, entryAt: reader.entryAt });
        }
        keys.add(reader.name);
      }
    }
    for (const key of [...keys].sort()) {
      const file = files.get(key);
      if (file) {
        file.reader.moveTo(file.entryAt);
        visit(join(folder, key), file.reader);
      } else if (files.has(key.slice(0, -1))) throw twins(join(folder, key.slice(0, -1)));
      else this.visit(visit, join(folder, key.slice(0, -1)));
    }
  }
}

/** The text of a file in the manifest. */
export function manifestText(path: string, entry: SectionReader): string {
  return encodeFile(path, entry.sizeBytes, entry.digest.toString('hex'), entry.executable);
}

function join(folder: string, name: string): string {
  return folder === '' || name === '' ? folder + name : `${folder}/${name}`;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
