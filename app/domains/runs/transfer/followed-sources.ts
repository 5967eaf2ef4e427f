import fs from 'node:fs';
import { z } from 'zod';
import { writeFileDurably } from '../../../kernel/durable-file.ts';
import type { WorkspaceFolders } from '../../../kernel/workspace-folders.ts';
import { inside } from '../../../kernel/workspace-folders.ts';

const followed = z.object({
  project: z.string(),
  path: z.string(),
  format: z.string(),
  experiment: z.string().optional(),
});
/** What is asked for when a source is followed. */
export type FollowedSource = z.infer<typeof followed>;

export interface FollowedSources {
  /** As of the last host; what cannot be read counts as none. */
  list(): FollowedSource[];
  add(source: FollowedSource): Promise<void>;
  remove(source: FollowedSource): Promise<void>;
}

/** Sources that are followed at the moment, in a file of the workspace, so that the next host goes on with them. */
export function createFollowedSources(folders: WorkspaceFolders): FollowedSources {
  const filePath = inside(folders.root, 'followed.json');
  let writing: Promise<void> = Promise.resolve();

  function list(): FollowedSource[] {
    try {
      return z.array(followed).parse(JSON.parse(fs.readFileSync(filePath, 'utf8')));
    } catch {
      return [];
    }
  }

  /** One change after the other: each begins with what the one before wrote. */
  function change(next: (known: FollowedSource[]) => FollowedSource[]): Promise<void> {
    const done = writing.then(() => writeFileDurably(filePath, JSON.stringify(next(list()))));
    writing = done.catch(() => {});
    return done;
  }

  return {
    list,
    add: (source) => change((known) => [...known.filter((each) => !same(each, source)), source]),
    remove: (source) => change((known) => known.filter((each) => !same(each, source))),
  };
}

const same = (a: FollowedSource, b: FollowedSource): boolean =>
  a.project === b.project && a.path === b.path && a.format === b.format;
