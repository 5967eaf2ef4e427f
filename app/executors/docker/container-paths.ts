import { AppError } from '../../kernel/app-error.ts';

/** Where a program in a container finds things; kernel/ports/launch.ts names the variables that tell it so. */
export const containerPaths = {
  run: '/lathe/run',
  journal: '/lathe/run/journal',
  outputs: '/lathe/run/outputs',
  checkpoint: '/lathe/run/checkpoint',
  params: '/lathe/run/params.json',
  code: '/lathe/code',
  inputs: '/lathe/inputs',
  sdk: '/lathe/sdk',
  /** Any user of any image may write there, and it is not a mount, so that caches do not count as memory. */
  home: '/tmp',
} as const;

/** Folder of one input, or of its split. INVALID_INPUT for a name that is not a single, plain word. */
export function inputPath(name: string): string {
  if (!/^([.]split[.])?[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name))
    throw new AppError('INVALID_INPUT', `"${name}" cannot be the name of an input.`, {
      nextStep: 'Use letters, digits, "_", "-" and ".", and begin with a letter, a digit or "_".',
      details: { name },
    });
  return `${containerPaths.inputs}/${name}`;
}
