import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { pythonWith } from './python.ts';

const packages = [
  'tensorboard==2.20.0',
  'tensorboardX==2.6.4',
  // TensorBoard still asks for pkg_resources, which newer ones have not.
  'setuptools<81',
  'wandb==0.22.3',
  'mlflow-skinny==3.6.0',
  'sqlalchemy<2.1',
  'alembic',
];
const LIMIT_MS = 180_000;

export type RunScript = (script: string, ...args: string[]) => Promise<string>;

/**
 * Runs a script of test/interop with the tools whose files it writes or reads; null where they cannot be had, said aloud.
 *
 * @param environment variables beside those of this process
 */
export async function logTools(environment: NodeJS.ProcessEnv = {}): Promise<RunScript | null> {
  const python = await pythonWith(packages);
  if (python === null) return null;
  return async (script, ...args) => {
    const file = path.resolve(import.meta.dirname, '../interop', script);
    const { stdout } = await promisify(execFile)(python, [file, ...args], {
      timeout: LIMIT_MS,
      maxBuffer: 64 << 20,
      env: { ...process.env, ...environment },
    });
    return stdout;
  };
}
