import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Command } from 'commander';
import type { Define } from './define.ts';
import { parsePort } from './parse.ts';

interface ServeFlags {
  host: string;
  port: number;
  inferencePort?: number;
  open?: boolean;
}

export function addServeCommand(program: Command, define: Define): void {
  define<ServeFlags>(
    program
      .command('serve')
      .description('run the application for a browser, until Ctrl+C; prints its address with the token')
      .option('--host <address>', 'address to listen on', '127.0.0.1')
      .option('--port <port>', 'port of the application; 0 takes a free one', parsePort('--port'), 4780)
      .option(
        '--inference-port <port>',
        'port of the inference server (default: the workspace’s setting)',
        parsePort('--inference-port'),
      )
      .option('--open', 'open it in the browser'),
    async (cli, _, { host, port, inferencePort, open }) => {
      const signal = cli.handleInterrupts();
      const served = await cli.world.serve({
        workspace: cli.workspace,
        host,
        port,
        ...(inferencePort !== undefined && { inferencePort }),
      });
      try {
        cli.print({ url: served.url, tokenUrl: served.tokenUrl, workspace: cli.workspace }, () =>
          [`Lathe is open at ${served.tokenUrl}`, `workspace ${cli.workspace}; Ctrl+C ends it`].join('\n'),
        );
        if (open) openInBrowser(served.tokenUrl);
        if (!signal.aborted) await once(signal, 'abort');
      } finally {
        await served.close();
      }
    },
  );
}

/** Best effort: the address is printed anyway. */
function openInBrowser(url: string): void {
  const [command, args] =
    process.platform === 'darwin'
      ? (['open', [url]] as const)
      : process.platform === 'win32'
        ? (['rundll32', ['url.dll,FileProtocolHandler', url]] as const)
        : (['xdg-open', [url]] as const);
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.once('error', () => {});
  child.unref();
}
