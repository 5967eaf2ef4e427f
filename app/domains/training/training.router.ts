import { implement } from '@orpc/server';
import { trainingContract } from '../../contract/training.contract.ts';
import type { Training } from './training.service.ts';

export function trainingRouter(training: Training) {
  const os = implement(trainingContract);
  return os.router({
    templates: os.templates.handler(() => training.templates()),
    describe: os.describe.handler(({ input }) => training.describe(input)),
    preflight: os.preflight.handler(({ input }) => training.preflight(input)),
    prediction: os.prediction.handler(({ input }) => training.prediction(input.id)),
    start: os.start.handler(({ input }) => training.start(input)),
    again: os.again.handler(({ input }) => training.again(input.id, input)),
    reproduce: os.reproduce.handler(({ input }) => training.reproduce(input.id)),
    resume: os.resume.handler(({ input }) => training.resume(input.id)),
  });
}
