import { AppError } from '../../kernel/app-error.ts';
import { asFailure } from '../../kernel/ports/failure.ts';
import type { ServerCommand, ServerMessage } from '../../kernel/ports/inference-server.ts';
import { createInferenceHttp } from './inference-http.ts';
import { ServedModels } from './served-models.ts';

const STATS_INTERVAL_MS = 1000;

/**
 * The inference server as a process that the core tells what to do: it listens, connects to model workers, and says
 * what they answered.
 */
export function runInferenceProcess(channel: {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
}): void {
  const models = new ServedModels();
  const changed = new Set<string>();
  const tell = (message: ServerMessage) => channel.send(message);

  models.drained.subscribe((socketPath) => tell({ type: 'drained', socketPath }));
  models.recorded.subscribe((endpointId) => changed.add(endpointId));
  setInterval(() => {
    for (const endpointId of changed) {
      const served = models.byId(endpointId);
      if (served) tell({ type: 'stats', endpointId, snapshot: served.meter.snapshot() });
    }
    changed.clear();
  }, STATS_INTERVAL_MS);

  async function obey(command: ServerCommand): Promise<unknown> {
    switch (command.type) {
      case 'listen': {
        const hashes = command.tokenHashes.map((hash) => Buffer.from(hash, 'hex'));
        return createInferenceHttp({ models, tokenHashes: () => hashes, version: command.version }).listen(
          command.port,
        );
      }
      case 'add':
        return models.add(command.endpoint);
      case 'remove':
        return models.remove(command.endpointId);
      case 'stats':
        return models.byId(command.endpointId)?.meter.snapshot() ?? null;
    }
  }

  channel.onMessage((message) => {
    const command = message as ServerCommand;
    obey(command).then(
      (value) => tell({ type: 'answer', ask: command.ask, ok: true, value: value ?? null }),
      (error) => tell({ type: 'answer', ask: command.ask, ok: false, failure: asFailure(declared(error)) }),
    );
  });
}

function declared(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError(
    'TARGET_FAILED',
    `The inference server could not do that: ${(error as Error).message}`,
    { cause: error },
  );
}
