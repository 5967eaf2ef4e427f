import { Command, CommanderError, type Help } from 'commander';
import { AppError } from '../../kernel/app-error.ts';
import { latheVersion } from '../version.ts';
import { Cli, type CliWorld, type GlobalOptions } from './cli.ts';
import { addCredentialCommands } from './credential.commands.ts';
import { addDataCommands } from './data.commands.ts';
import type { Define } from './define.ts';
import { addDemoCommand } from './demo.command.ts';
import { addEndpointCommands } from './endpoint.commands.ts';
import { describeFailure } from './failure.ts';
import { addModelCommands } from './model.commands.ts';
import { addProjectCommands } from './project.commands.ts';
import { addQueueCommands } from './queue.commands.ts';
import { addRunCommands } from './run.commands.ts';
import { addServeCommand } from './serve.command.ts';
import { addStorageCommands } from './storage.commands.ts';
import { addSystemCommands } from './system.commands.ts';
import { addTargetCommands } from './target.commands.ts';
import { addTrainCommand } from './train.command.ts';
import { addViewCommands } from './view.commands.ts';

/**
 * Run one command line.
 *
 * @param argv without the program's own path
 * @returns exit code; the error table's where the command failed
 */
export async function runCli(argv: readonly string[], world: CliWorld): Promise<number> {
  const usesJson = argv.includes('--json') && !argv.slice(0, argv.indexOf('--json')).includes('--');
  let cli: Cli | undefined;
  const define: Define = (command, action) => {
    command.action(async () => {
      const args = command.args;
      const options = command.optsWithGlobals<GlobalOptions>();
      cli = new Cli(world, options);
      await raceInterrupt(cli, action(cli, args, options as never));
    });
  };
  let failure: unknown;
  try {
    await createProgram(world, define).parseAsync([...argv], { from: 'user' });
  } catch (error) {
    failure = error;
  }
  try {
    await cli?.close();
  } catch (error) {
    failure ??= error;
  }
  if (failure === undefined) return cli?.exitCode ?? 0;
  if (failure instanceof CommanderError) {
    if (failure.exitCode === 0) return 0;
    failure = new AppError('INVALID_INPUT', failure.message.replace(/^error: /, ''), {
      nextStep: 'Add --help to see what the command takes.',
    });
  }
  cli?.progress.clear();
  const { document, exitCode } = describeFailure(failure);
  if (usesJson) world.stdout.write(`${JSON.stringify(document)}\n`);
  else world.stderr.write(`${document.error.message}\n→ ${document.error.nextStep}\n`);
  return exitCode;
}

export function createProgram(world: CliWorld, define: Define): Command {
  const program = new Command('lathe')
    .description('An offline-first machine-learning workstation: data, training, comparison and serving.')
    .version(latheVersion, '--version', 'print the version')
    .option('--workspace <folder>', 'folder that holds everything (LATHE_WORKSPACE; default ~/Lathe)')
    .option('--project <project>', 'project by name or id (default: the current one)')
    .option('--json', 'print one JSON document on standard output')
    .helpOption('-h, --help', 'show what a command does and takes')
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .configureHelp({
      showGlobalOptions: true,
      helpWidth: Math.min(world.stdout.columns || 100, 110),
    } as Partial<Help>)
    .configureOutput({
      writeOut: (text) => void world.stdout.write(text),
      // The message comes back as an exception and is written in one place, as words or as JSON.
      writeErr: () => {},
      outputError: () => {},
    })
    .exitOverride();
  addDemoCommand(program, define);
  addProjectCommands(program, define);
  addDataCommands(program, define);
  addCredentialCommands(program, define);
  addTrainCommand(program, define);
  addRunCommands(program, define);
  addViewCommands(program, define);
  addQueueCommands(program, define);
  addTargetCommands(program, define);
  addModelCommands(program, define);
  addEndpointCommands(program, define);
  addServeCommand(program, define);
  addStorageCommands(program, define);
  addSystemCommands(program, define);
  return program;
}

/** Commands that do not look at Ctrl+C themselves end by it at once; what they asked for is done or not done, whole. */
async function raceInterrupt(cli: Cli, work: Promise<void>): Promise<void> {
  const { interrupted } = cli.world;
  let listener: (() => void) | undefined;
  const interruption = new Promise<never>((_, reject) => {
    listener = () => {
      if (!cli.handlesInterrupts) reject(new AppError('INTERRUPTED', 'Interrupted.'));
    };
    if (interrupted.aborted) listener();
    else interrupted.addEventListener('abort', listener);
  });
  try {
    await Promise.race([work, interruption]);
  } finally {
    if (listener) interrupted.removeEventListener('abort', listener);
    work.catch(() => {});
  }
}
