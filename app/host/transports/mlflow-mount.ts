import type { ServerResponse } from 'node:http';
import { MlflowError } from '../../interop/mlflow/mlflow-error.ts';
import { createMlflowHttp, type MlflowHttp, refuse } from '../../interop/mlflow/mlflow-http.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { ModelRegistry, Tracking } from '../../kernel/ports/tracking.ts';
import type { wireError } from './error-mapping.ts';
import { readBody } from './request-body.ts';

export interface MlflowParts {
  readonly tracking: Tracking;
  readonly registry: ModelRegistry;
  /** Do something in a project instead of the current one. @throws AppError NOT_FOUND */
  readonly within: <T>(project: string, action: () => T) => T;
}

/** MLflow's protocol with the body limits of the application server. */
export function mountMlflow(
  parts: MlflowParts,
  log: Logger,
  limits: { readonly uploadBytes: number; readonly bodyIdleMs: number },
): MlflowHttp {
  return createMlflowHttp({
    ...parts,
    log,
    mostUploadBytes: limits.uploadBytes,
    readBody: (request, response, bytes) => readBody(request, response, { bytes, idleMs: limits.bodyIdleMs }),
  });
}

/** Answer who may not come in, in the form that MLflow's clients show to people. */
export function refuseMlflow(response: ServerResponse, error: ReturnType<typeof wireError>): void {
  const code = error.status === 401 ? 'UNAUTHENTICATED' : 'PERMISSION_DENIED';
  const nextStep =
    error.status === 401
      ? 'Set MLFLOW_TRACKING_TOKEN to the token that `lathe token` prints.'
      : (error.data.nextStep ?? '');
  refuse(response, new MlflowError(code, `${error.message} ${nextStep}`.trim()));
}
