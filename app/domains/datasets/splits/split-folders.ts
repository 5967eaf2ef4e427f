import fs from 'node:fs';
import path from 'node:path';
import { type DatasetSplit, filesOfPart, type SplitChoice } from '../../../contract/data-splits.ts';
import type { DatasetVersion } from '../../../contract/datasets.contract.ts';
import { fromSystemError } from '../../../kernel/app-error.ts';
import { syncFolder, writeFileDurably } from '../../../kernel/durable-file.ts';
import { newId } from '../../../kernel/new-id.ts';
import type {
  DataCheckEngine,
  FilesOfRows,
  PackedAssignment,
  PartView,
} from '../../../kernel/ports/data-checks.ts';
import { inside, type WorkspaceFolders } from '../../../kernel/workspace-folders.ts';

const PARTIAL = '.part';

export interface LaidOutSplit {
  readonly version: DatasetVersion;
  readonly split: DatasetSplit;
  readonly choice: SplitChoice;
  readonly views: readonly PartView[];
  readonly assignment: () => PackedAssignment;
  /** Null where rows stand for no files. */
  readonly files: () => Promise<FilesOfRows | null>;
}

/** Splits as folders that programs read: derived, made at need, whole or not at all. docs/expectations-and-splits.md tells their form. */
export function createSplitFolders(folders: WorkspaceFolders, engine: Pick<DataCheckEngine, 'layOut'>) {
  const root = inside(folders.cache, 'splits');
  const making = new Map<string, Promise<void>>();
  sweep(root);

  function place({ version, split, choice }: Pick<LaidOutSplit, 'version' | 'split' | 'choice'>): string {
    const fold = choice.fold === undefined ? '' : `-fold-${choice.fold}`;
    // Other versions may be parted alike, but their files have other names.
    const files = version.fileColumn === null ? '' : `-files-${version.digest}`;
    return inside(root, `${split.digest}${fold}${files}`);
  }

  async function make(asked: LaidOutSplit, target: string): Promise<void> {
    const temporary = `${target}.${newId()}${PARTIAL}`;
    try {
      await fs.promises.mkdir(temporary, { recursive: true, mode: 0o755 });
      await engine.layOut(asked.assignment(), asked.views, temporary, await asked.files());
      await writeFileDurably(inside(temporary, 'split.json'), describe(asked));
      for (const name of await fs.promises.readdir(temporary))
        await fs.promises.chmod(inside(temporary, name), 0o444);
      await fs.promises.rename(temporary, target);
      await syncFolder(root);
    } catch (error) {
      await fs.promises.rm(temporary, { recursive: true, force: true });
      throw fromSystemError(error, root);
    }
  }

  return {
    path: place,
    /** The folder; it is made if it is missing, once for all who ask meanwhile. */
    async ensure(asked: LaidOutSplit): Promise<string> {
      const target = place(asked);
      if (fs.existsSync(target)) return target;
      let made = making.get(target);
      if (!made) {
        made = make(asked, target).finally(() => making.delete(target));
        making.set(target, made);
      }
      await made;
      return target;
    },
  };
}

function describe({ version, split, choice, views }: LaidOutSplit): string {
  const rows = (view: PartView) => view.of.reduce((sum, place) => sum + split.parts[place]!.rows, 0);
  const content = {
    version: 1,
    split: split.name,
    ...(choice.fold !== undefined && { fold: choice.fold }),
    dataset: version.datasetName,
    datasetVersion: version.version,
    digest: split.digest,
    rows: split.rows,
    parts: views.map((view) => ({
      name: view.name,
      rows: rows(view),
      file: `${view.name}.npy`,
      ...(version.fileColumn !== null && { files: filesOfPart(view.name) }),
    })),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** Remove what an interrupted call left; nothing else writes here before the host is up. */
function sweep(root: string): void {
  if (!fs.existsSync(root)) return;
  for (const name of fs.readdirSync(root)) {
    if (name.endsWith(PARTIAL)) fs.rmSync(path.join(root, name), { recursive: true, force: true });
  }
}
