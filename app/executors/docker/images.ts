import type { Progress } from '../../contract/wire.ts';
import { AppError } from '../../kernel/app-error.ts';
import { orMissing } from './container-state.ts';
import type { Engine } from './engine.ts';

/** Pulling, building and loading take what they take; they end by being cancelled, not by a clock. */
export const UNLIMITED_MS = 2 ** 31 - 1;

export interface PrepareContext {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface ReadyImage {
  readonly image: string;
  readonly imageId: string;
}

/** The name as the engine may be asked for it in an address. INVALID_INPUT for what cannot be an image's name. */
export function imageName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._/:@-]*$/.test(name) && !/(^|\/)\.{1,2}(\/|$)/.test(name)) return name;
  throw new AppError('INVALID_INPUT', `"${name}" is not the name of an image.`, {
    nextStep: 'Write it as docker does, for example pytorch/pytorch:2.9.0-cuda12.8-cudnn9-runtime.',
    details: { image: name },
  });
}

export async function findImage(engine: Engine, name: string): Promise<ReadyImage | null> {
  const found = await orMissing(engine.ask(({ docker }) => docker.getImage(name).inspect()));
  return found && { image: name, imageId: found.Id };
}

/** Cancelled before the engine answered: that is no outage. */
export async function start<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
