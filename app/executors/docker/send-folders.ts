import fs from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import tar from 'tar-stream';
import { inside } from '../../kernel/workspace-folders.ts';

/** A folder or file of this machine and where in the container it goes. */
export interface Sending {
  readonly from: string;
  /** Without the leading "/". */
  readonly to: string;
  /** What the program may not change belongs to root and has no permission to write. */
  readonly readOnly: boolean;
}

/**
 * An archive of folders for an engine that does not see this machine's files. Whatever user the image runs as must be able to
 * write where programs write, so that these folders are open to all inside of the container. Links are followed: what they
 * point to is not there.
 */
export function packFolders(
  sendings: readonly Sending[],
  onBytes: (bytes: number) => void = () => {},
): Readable {
  const pack = tar.pack();
  let bytes = 0;
  const add = async (from: string, to: string, readOnly: boolean): Promise<void> => {
    const stat = await fs.promises.stat(from);
    const header = { name: to, uid: 0, gid: 0, mtime: stat.mtime };
    if (stat.isDirectory()) {
      await new Promise<void>((resolve, reject) =>
        pack.entry({ ...header, type: 'directory', mode: readOnly ? 0o755 : 0o777 }, (error) =>
          error ? reject(error) : resolve(),
        ),
      );
      for (const name of (await fs.promises.readdir(from)).sort())
        await add(inside(from, name), `${to}/${name}`, readOnly);
    } else if (stat.isFile()) {
      const executable = stat.mode & 0o111;
      const mode = (readOnly ? 0o444 : 0o666) | executable;
      const entry = pack.entry({ ...header, mode, size: stat.size });
      // A log or a journal that grows meanwhile is sent as long as it was.
      const source = stat.size > 0 ? fs.createReadStream(from, { end: stat.size - 1 }) : Readable.from([]);
      source.on('data', (chunk: Uint8Array) => {
        bytes += chunk.length;
        onBytes(bytes);
      });
      await pipeline(source, entry);
    }
  };
  const run = async () => {
    for (const { from, to, readOnly } of sendings) await add(from, to, readOnly);
    pack.finalize();
  };
  run().catch((error: unknown) => pack.destroy(error as Error));
  return pack as unknown as Readable;
}
