import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LatheClient } from '../contract/index.ts';
import { compose } from './compose.ts';
import { createNodeWorkers } from './node-workers.ts';
import { ownerSocketPath } from './owner-socket.ts';
import { createApplicationServer } from './transports/application-server.ts';
import { inProcessClient } from './transports/clients.ts';
import { latheVersion, packageFolder } from './version.ts';

export interface ServeOptions {
  readonly workspace: string;
  /** Address to listen on; anything but loopback is a decision that the user made. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly inferencePort?: number;
}

export interface Served {
  readonly url: string;
  /** The same with the token, for a browser's first visit. */
  readonly tokenUrl: string;
  readonly client: LatheClient;
  close(): Promise<void>;
}

/**
 * The headless host: own the workspace, answer browsers and scripts over HTTP, and the command line over the
 * workspace's socket.
 *
 * @throws AppError WORKSPACE_LOCKED, PORT_TAKEN and whatever opening a workspace throws
 */
export async function serve(options: ServeOptions): Promise<Served> {
  const application = await compose({
    workspace: options.workspace,
    host: 'node',
    workers: createNodeWorkers(),
    desktop: null,
    restoreEndpoints: true,
    ...(options.inferencePort !== undefined && { inferencePort: options.inferencePort }),
  });
  const server = createApplicationServer({
    router: application.router,
    rendererFolder: rendererFolder(),
    token: () => application.token,
    workspaceId: application.workspaceId,
    host: options.host,
    port: options.port,
    log: application.core.log,
    uploads: application.uploads,
    dataFiles: application.dataFiles,
    mlflow: application.mlflow,
    version: latheVersion,
  });
  try {
    const url = await server.listen();
    await server.listenSocket(ownerSocketPath(application.core.folders.root));
    application.announce(url);
    return {
      url,
      tokenUrl: `${url}/?token=${application.token}`,
      client: inProcessClient(application.router, application.core.log),
      async close() {
        await server.close();
        await application.close();
      },
    };
  } catch (error) {
    await server.close();
    await application.close();
    throw error;
  }
}

/** The built pages; null where they were not built, which leaves the rest of the server usable. */
function rendererFolder(): string | null {
  const folder = fileURLToPath(new URL('out/renderer/', packageFolder()));
  return fs.existsSync(`${folder}index.html`) ? folder : null;
}
