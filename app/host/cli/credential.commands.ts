import type { Command } from 'commander';
import { leastPassphraseCharacters } from '../../contract/credentials.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Cli } from './cli.ts';
import { type Define, group } from './define.ts';
import { timeWords } from './terminal/words.ts';

export function addCredentialCommands(program: Command, define: Define): void {
  const credential = group(
    program,
    'credential',
    'Secrets that sources of data name: passwords, keys, tokens',
  );

  define(
    credential.command('set <name>').description('keep a secret; its value is read from standard input'),
    async (cli, [name]) => {
      await unlockCredentials(cli);
      const value = (await readSecret(cli, `Value of ${name}: `)).replace(/\r?\n$/, '');
      if (value === '') {
        throw new AppError('INVALID_INPUT', 'No value was given.', {
          nextStep: `Type it when asked, or send it in: lathe credential set ${name} < FILE`,
        });
      }
      const kept = await (await cli.client()).credentials.set({ name: name!, value });
      cli.print(kept, () => `Kept ${kept.name}, sealed by ${protectionWords(kept.protection)}.`);
    },
  );

  define(credential.command('list').description('names of the secrets, never their values'), async (cli) => {
    const credentials = await (await cli.client()).credentials.list();
    cli.print(credentials, () =>
      cli.table(
        ['CREDENTIAL', 'SEALED BY', 'SET'],
        credentials.map(({ name, protection, createdAt }) => [
          name,
          protectionWords(protection),
          timeWords(createdAt),
        ]),
        'No credentials. Keep one: lathe credential set NAME',
      ),
    );
  });

  define(credential.command('remove <name>').description('forget a secret'), async (cli, [name]) => {
    const removed = await (await cli.client()).credentials.remove({ name: name! });
    cli.print(removed, () => `Forgot ${removed.name}.`);
  });

  define(
    credential.command('unlock').description('give the passphrase to the Lathe that runs, until it ends'),
    async (cli) => {
      await unlockCredentials(cli);
      const status = await (await cli.client()).credentials.status();
      cli.print(status, () => 'The credentials can be used.');
    },
  );
}

const protectionWords = (protection: 'keyring' | 'passphrase'): string =>
  protection === 'keyring' ? "the system's keyring" : 'the passphrase';

/**
 * See that secrets can be used: with LATHE_PASSPHRASE, or by asking on the terminal.
 *
 * @throws AppError NOT_READY where there is neither
 */
export async function unlockCredentials(cli: Cli): Promise<void> {
  const { credentials } = await cli.client();
  const { locked, hasPassphrase } = await credentials.status();
  if (!locked) return;
  const given = cli.world.env.LATHE_PASSPHRASE;
  if (given) {
    await credentials.unlock({ passphrase: given });
    return;
  }
  if (!cli.world.askSecret) {
    throw new AppError(
      'NOT_READY',
      'The credentials are locked by a passphrase, and there is no terminal to ask on.',
      {
        nextStep: 'Set LATHE_PASSPHRASE, or run `lathe credential unlock` on a terminal.',
      },
    );
  }
  const passphrase = await cli.world.askSecret(
    hasPassphrase
      ? 'Passphrase: '
      : `Choose a passphrase of at least ${leastPassphraseCharacters} characters: `,
  );
  if (!hasPassphrase && (await cli.world.askSecret('The same again: ')) !== passphrase) {
    throw new AppError('INVALID_INPUT', 'The two passphrases differ.', { nextStep: 'Run it again.' });
  }
  await credentials.unlock({ passphrase });
}

async function readSecret(cli: Cli, question: string): Promise<string> {
  if (cli.world.askSecret) return cli.world.askSecret(question);
  return (await cli.world.readInput?.()) ?? '';
}
