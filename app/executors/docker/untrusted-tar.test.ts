import { Readable } from 'node:stream';
import tar from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { eachFile } from './untrusted-tar.ts';

type Entry = [name: string, content: string, type?: tar.Header['type'], linkname?: string];

async function archive(...entries: Entry[]): Promise<Buffer> {
  const pack = tar.pack();
  for (const [name, content, type = 'file', linkname] of entries)
    pack.entry({ name, type, ...(linkname && { linkname }) } as tar.Header, content);
  pack.finalize();
  const pieces: Buffer[] = [];
  for await (const piece of pack) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

async function read(bytes: Buffer, strip: string | null) {
  const files: Record<string, string> = {};
  const { complete } = await eachFile(Readable.from([bytes]), strip, async ({ path, content }) => {
    let text = '';
    for await (const chunk of content) text += Buffer.from(chunk).toString();
    files[path] = text;
  });
  return { files, complete };
}

describe('an archive that a container made', () => {
  it('gives its regular files by their paths below the folder', async () => {
    const bytes = await archive(['outputs/', '', 'directory'], ['outputs/a', 'one'], ['outputs/b/c', 'two']);
    expect(await read(bytes, 'outputs')).toEqual({ files: { a: 'one', 'b/c': 'two' }, complete: true });
  });

  it('gives nothing that climbs, is absolute, or lies beside the folder', async () => {
    const bytes = await archive(
      ['outputs/../../etc/passwd', 'x'],
      ['/etc/passwd', 'x'],
      ['../outputs/a', 'x'],
      ['other/a', 'x'],
      ['outputs\\a', 'x'],
      ['outputs/C:\\a', 'x'],
    );
    expect((await read(bytes, 'outputs')).files).toEqual({});
  });

  it('gives no links and no devices', async () => {
    const bytes = await archive(
      ['outputs/link', '', 'symlink', '/etc/passwd'],
      ['outputs/hard', '', 'link', 'outputs/a'],
      ['outputs/pipe', '', 'fifo'],
      ['outputs/disk', '', 'block-device'],
      ['outputs/a', 'kept'],
    );
    expect((await read(bytes, 'outputs')).files).toEqual({ a: 'kept' });
  });

  it('that breaks off gives what came, and says that it broke off', async () => {
    const bytes = await archive(['journal/a', 'x'.repeat(5000)], ['journal/b', 'y'.repeat(5000)]);
    const { files, complete } = await read(bytes.subarray(0, 5000), 'journal');
    expect(complete).toBe(false);
    expect(Object.keys(files).filter((name) => name !== 'a')).toEqual([]);
  });
});
