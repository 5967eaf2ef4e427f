import type { TrainingParts } from './training.service.ts';

/** What every run remembers of the machine and of Lathe. */
export async function environmentOf(
  parts: Pick<TrainingParts, 'describeMachine' | 'latheVersion'>,
): Promise<Record<string, string>> {
  return { ...(await parts.describeMachine()), lathe: parts.latheVersion };
}
