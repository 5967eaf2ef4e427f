import type { Command } from 'commander';
import type { Cli } from './cli.ts';

/** The body of a command: its result goes through `cli`, its faults are thrown. */
export type Action<Options = object> = (cli: Cli, args: string[], options: Options) => Promise<void>;

/** Gives a command its body; the options are commander's own plus the global ones. */
export type Define = <Options>(command: Command, action: Action<Options>) => void;

/** A group such as `lathe data`; without a command of its own it shows what there is. */
export function group(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .action(function (this: Command) {
      const [unknown] = this.args;
      if (unknown !== undefined) this.error(`error: there is no command "${name} ${unknown}"`);
      this.outputHelp();
    })
    .allowExcessArguments(true);
}
