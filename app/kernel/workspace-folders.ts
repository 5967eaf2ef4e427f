import path from 'node:path';
import type { Digest, RunId, UploadId } from '../contract/ids.ts';
import { AppError } from './app-error.ts';

/**
 * Every path inside a workspace is built here and nowhere else. Ids and digests come with a type that only parsing
 * gives; names that come from outside go through `inside`.
 */
export class WorkspaceFolders {
  readonly root: string;

  constructor(root: string) {
    this.root = path.resolve(root);
  }

  get database() {
    return path.join(this.root, 'lathe.db');
  }
  get objects() {
    return path.join(this.root, 'objects');
  }
  get runs() {
    return path.join(this.root, 'runs');
  }
  get auth() {
    return path.join(this.root, 'auth');
  }
  get logs() {
    return path.join(this.root, 'logs');
  }
  /** Derived files; deleting the folder costs only time. */
  get cache() {
    return path.join(this.root, 'cache');
  }
  /** Bytes that a browser sent and that no import has taken yet. */
  get uploads() {
    return path.join(this.root, 'uploads');
  }
  /** Every folder that a workspace has, to be made when it is created. */
  get all(): readonly string[] {
    return [this.root, this.objects, this.runs, this.auth, this.logs, this.cache, this.uploads];
  }

  object(digest: Digest): string {
    return path.join(this.objects, hex(digest, 64).slice(0, 2), digest);
  }
  run(id: RunId): string {
    return path.join(this.runs, hex(id, 32));
  }
  upload(id: UploadId): string {
    return path.join(this.uploads, hex(id, 32));
  }
  /** Folders of data set versions as files. */
  get checkouts() {
    return path.join(this.cache, 'checkouts');
  }
  /** The files of the version whose manifest has this digest. */
  checkout(manifest: Digest): string {
    return path.join(this.checkouts, hex(manifest, 64));
  }
  /** The Parquet form of the table whose manifest has this digest. */
  table(manifest: Digest): string {
    return path.join(this.cache, 'tables', `${hex(manifest, 64)}.parquet`);
  }
}

function hex(value: string, length: number): string {
  if (value.length !== length || !/^[0-9a-f]+$/.test(value)) {
    throw new AppError('INVALID_INPUT', `"${value}" is not ${length} hex digits.`, { details: { value } });
  }
  return value;
}

/**
 * Join a relative path from outside to a folder, or refuse it: absolute paths, drive letters, backslashes, empty and
 * `..` parts and NUL are INVALID_INPUT. It does not follow links; readers open with O_NOFOLLOW or check lstat.
 */
export function inside(folder: string, relative: string): string {
  const parts = relative.split('/');
  const bad =
    relative.length === 0 ||
    /[\0\\]/.test(relative) ||
    /^[a-zA-Z]:/.test(relative) ||
    parts.some((part) => part === '' || part === '.' || part === '..');
  if (bad) {
    throw new AppError('INVALID_INPUT', `"${relative}" is not a path inside the folder it belongs to.`, {
      nextStep: 'Use a relative path with "/" and without "..".',
      details: { path: relative },
    });
  }
  return path.join(folder, ...parts);
}
