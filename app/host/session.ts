import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LatheClient } from '../contract/index.ts';
import { AppError } from '../kernel/app-error.ts';
import { WorkspaceFolders } from '../kernel/workspace-folders.ts';
import { isTrustedSocket, ownerSocketPath } from './owner-socket.ts';
import { connectWebSocket } from './transports/clients.ts';

/** How long to wait for an owner that is just starting or just closing. */
const PATIENCE_MS = 8000;

export interface Session {
  readonly client: LatheClient;
  /** Whether this process owns the workspace or uses the one that does. */
  readonly owner: 'attached' | 'self';
  /** Whether runs or other work would be left behind; meaningful for the owner. */
  busy(): boolean;
  close(): Promise<void>;
}

/**
 * The workspace, whoever owns it: through the owner's socket if there is an owner, else by becoming the owner for as
 * long as the session lasts. Two commands at the same moment are sorted out by the lock; the second attaches.
 */
export async function openSession({ workspace }: { readonly workspace: string }): Promise<Session> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const attached = await attach(workspace);
    if (attached) return attached;
    try {
      return await own(workspace);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'WORKSPACE_LOCKED' || Date.now() > deadline)
        throw error;
      await delay(100);
    }
  }
}

async function attach(workspace: string): Promise<Session | null> {
  const folders = new WorkspaceFolders(workspace);
  const socketPath = ownerSocketPath(folders.root);
  if (!isTrustedSocket(socketPath, folders.root)) return null;
  const token = await fs.promises.readFile(path.join(folders.auth, 'token'), 'utf8').catch(() => null);
  if (token === null) return null;
  try {
    const { client, close } = await connectWebSocket({ socketPath, token: token.trim() });
    return { client, owner: 'attached', busy: () => false, close: async () => void (await close()) };
  } catch {
    // Nobody answers there: the owner is gone, or is on its way in or out. The lock tells which.
    return null;
  }
}

/** Loaded only here: a command that attaches needs neither SQLite nor the rest of the core. */
async function own(workspace: string): Promise<Session> {
  const [
    { compose },
    { createNodeWorkers },
    { createApplicationServer },
    { inProcessClient },
    { latheVersion },
  ] = await Promise.all([
    import('./compose.ts'),
    import('./node-workers.ts'),
    import('./transports/application-server.ts'),
    import('./transports/clients.ts'),
    import('./version.ts'),
  ]);
  const application = await compose({
    workspace,
    host: 'node',
    workers: createNodeWorkers(),
    desktop: null,
    restoreEndpoints: false,
  });
  const server = createApplicationServer({
    router: application.router,
    rendererFolder: null,
    token: () => application.token,
    workspaceId: application.workspaceId,
    host: '127.0.0.1',
    port: 0,
    log: application.core.log,
    uploads: application.uploads,
    dataFiles: application.dataFiles,
    mlflow: application.mlflow,
    version: latheVersion,
  });
  try {
    await server.listenSocket(ownerSocketPath(application.core.folders.root));
  } catch (error) {
    await server.close();
    await application.close();
    throw error;
  }
  return {
    client: inProcessClient(application.router, application.core.log),
    owner: 'self',
    busy: application.busy,
    async close() {
      await server.close();
      await application.close();
    },
  };
}
