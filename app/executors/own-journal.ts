import fs from 'node:fs';
import path from 'node:path';

/**
 * A journal that the core itself writes into a run's folder, open for appending whole lines; close it. A line that a former
 * writer did not complete is ended.
 */
export async function openJournal(folder: string, writer: string): Promise<fs.promises.FileHandle> {
  const journals = path.join(folder, 'journal');
  await fs.promises.mkdir(journals, { recursive: true });
  const file = await fs.promises.open(path.join(journals, `${writer}.jsonl`), 'a+', 0o600);
  try {
    const { size } = await file.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await file.read(last, 0, 1, size - 1);
    if (size === 0) await file.appendFile(`${JSON.stringify({ type: 'header', version: 1, writer })}\n`);
    else if (last.toString() !== '\n') await file.appendFile('\n');
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
