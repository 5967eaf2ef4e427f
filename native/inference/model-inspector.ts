import { AppError } from '../../app/kernel/app-error.ts';
import { fromFailure } from '../../app/kernel/ports/failure.ts';
import type { ModelWorkerMessage } from '../../app/kernel/ports/model-worker.ts';
import type { InspectedModel, ModelInspector } from '../../app/kernel/ports/models.ts';
import type { WorkerStarter } from '../../app/kernel/ports/workers.ts';

/**
 * Inspects each file in a process of its own, which is killed afterwards however it went: a file that crashes the
 * parser, or never ends, harms nobody.
 *
 * @param timeLimitMs for starting the process and loading the model
 */
export function createModelInspector(starter: WorkerStarter, timeLimitMs = 120_000): ModelInspector {
  return {
    async inspect(path) {
      const worker = await starter.start('model', ['inspect', path]);
      let timer: NodeJS.Timeout | undefined;
      try {
        return await new Promise<InspectedModel>((resolve, reject) => {
          timer = setTimeout(
            () => reject(unusable(path, `Loading it took longer than ${timeLimitMs / 1000} s.`)),
            timeLimitMs,
          );
          worker.onMessage((message) => {
            const said = message as ModelWorkerMessage;
            if (said.type === 'inspected') resolve(said.model);
            else if (said.type === 'failed') reject(fromFailure(said.failure));
          });
          worker.onExit(({ code, signal }) =>
            reject(
              unusable(path, `ONNX Runtime crashed while it loaded it (${signal ?? `exit code ${code}`}).`),
            ),
          );
        });
      } finally {
        clearTimeout(timer);
        worker.kill('SIGKILL');
      }
    },
  };
}

function unusable(path: string, reason: string): AppError {
  return new AppError('MODEL_INVALID', `The model cannot be used. ${reason}`, { details: { path } });
}
