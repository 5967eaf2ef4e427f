import { implement } from '@orpc/server';
import { trainingContract } from '../../contract/training.contract.ts';
import type { Training } from './training.service.ts';

export function trainingRouter(training: Training) {
  const os = implement(trainingContract);
  return os.router({
    templates: os.templates.handler(() => [...training.templates()]),
    start: os.start.handler(({ input }) => training.start(input)),
    again: os.again.handler(({ input }) => training.again(input.id, input.params)),
    resume: os.resume.handler(({ input }) => training.resume(input.id)),
  });
}
