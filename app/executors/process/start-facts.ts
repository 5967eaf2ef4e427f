import type { LaunchSpec } from '../../kernel/ports/launch.ts';
import { openJournal } from '../own-journal.ts';
import type { ControlGroup } from './control-group.ts';
import type { Interpreter } from './interpreters.ts';

/** Which of the limits are kept, and by what; null when none were asked for. */
export function limitsInWords(resources: LaunchSpec['resources'], group: ControlGroup | null): string | null {
  const { memoryBytes, cpus } = resources;
  const by = `control group, version ${group?.version}`;
  const words: string[] = [];
  if (memoryBytes !== null) {
    const each = process.platform === 'linux' ? 'the data of each process' : 'not enforced';
    words.push(`memory ${Math.round(memoryBytes / 2 ** 20)} MiB (${group?.keeps.memory ? by : each})`);
  }
  if (cpus !== null) words.push(`processors ${cpus} (${group?.keeps.cpus ? by : 'not enforced'})`);
  return words.length === 0 ? null : words.join(', ');
}

/** What is known before the launcher starts goes into its journal, so that it need not write text of others as JSON. */
export async function recordStart(
  folder: string,
  interpreter: Interpreter | null,
  limits: string | null,
): Promise<void> {
  const values = {
    ...(interpreter && { interpreter: interpreter.path, python: interpreter.version }),
    ...(limits !== null && { limits }),
  };
  const journal = await openJournal(folder, 'launcher');
  try {
    if (Object.keys(values).length > 0)
      await journal.appendFile(`${JSON.stringify({ type: 'environment', values })}\n`);
  } finally {
    await journal.close();
  }
}
