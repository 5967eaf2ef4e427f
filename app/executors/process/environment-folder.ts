import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { writeFileDurably } from '../../kernel/durable-file.ts';
import type { LaunchSpec } from '../../kernel/ports/launch.ts';
import type { Interpreter } from './interpreters.ts';

/** Lines that name something on this disk, whose content a digest of the line does not know. */
const local = /^\s*(-e\b|--editable\b|-r\b|--requirement\b|-c\b|--constraint\b|\.|\/|file:)|@\s*file:/;

/**
 * The folder of the Python environment for these requirements, with its requirements file; resources/launcher makes the environment
 * in it when a run first needs it. Runs with the same interpreter and the same lines share one. What lines that name
 * local files bring in may differ with the same words, so such an environment belongs to its run alone.
 *
 * @param root folder that holds all environments
 */
export async function environmentFolder(
  root: string,
  spec: LaunchSpec,
  interpreter: Interpreter,
): Promise<string> {
  const lines = (spec.environment.requirements ?? []).map((line) => line.trim()).filter(Boolean);
  const identity = JSON.stringify([
    interpreter.path,
    interpreter.version,
    spec.environment.systemPackages,
    lines,
    lines.some((line) => local.test(line)) ? spec.runId : null,
  ]);
  const digest = createHash('sha256').update(identity).digest('hex');
  const folder = path.join(root, digest.slice(0, 32));
  await fs.promises.mkdir(folder, { recursive: true });
  const file = path.join(folder, 'requirements.txt');
  // Never rewritten: another run may be reading it.
  if (!fs.existsSync(file)) {
    const own = path.join(folder, `requirements.${spec.runId}.txt`);
    await writeFileDurably(own, lines.map((line) => `${line}\n`).join(''));
    await fs.promises.rename(own, file);
  }
  return folder;
}
