import fs from 'node:fs';
import type { Command } from 'commander';
import type { Inputs } from '../../contract/index.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Cli } from './cli.ts';

type ImportSource = Inputs['datasets']['import']['source'];

export interface SourceOptions {
  readonly url?: string;
  readonly digest?: string;
  readonly fileName?: string;
  readonly s3?: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly virtualHost?: boolean;
  readonly sql?: string;
  readonly from?: string;
  readonly croissant?: string;
  readonly credential?: string;
}

/** The places that are not paths, as options of `data import`. */
export function addSourceOptions(command: Command): Command {
  return command
    .option('--url <address>', 'fetch one file by HTTP or HTTPS')
    .option('--digest <algorithm:hex>', 'what the fetched file must be, for example sha256:…')
    .option('--file-name <name>', 'what the fetched file is called in the version')
    .option('--s3 <bucket/prefix>', 'objects of an S3-compatible bucket')
    .option('--endpoint <address>', 'where the bucket is, if not at Amazon')
    .option('--region <name>', "the bucket's region")
    .option('--virtual-host', 'the bucket is a part of the host name, not of the path')
    .option('--sql <query>', 'the rows of a query over a database (see --from)')
    .option('--from <database>', 'duckdb:FILE, sqlite:FILE or postgresql://USER@HOST/DATABASE')
    .option('--croissant <path or address>', 'the data set that a Croissant description tells of')
    .option('--credential <name>', 'a saved secret to use (lathe credential set)');
}

/** Where the words of a command line say that data comes from. @throws AppError INVALID_INPUT unless it is one place */
export function sourceOf(cli: Cli, paths: readonly string[], options: SourceOptions): ImportSource {
  const places = [
    paths.length > 0 ? 'paths' : null,
    options.url === undefined ? null : '--url',
    options.s3 === undefined ? null : '--s3',
    options.sql === undefined ? null : '--sql',
    options.croissant === undefined ? null : '--croissant',
  ].filter((place) => place !== null);
  if (places.length !== 1) {
    throw new AppError(
      'INVALID_INPUT',
      places.length === 0
        ? 'There is nothing named to import.'
        : `Only one place can be imported from, not ${places.join(' and ')}.`,
      { nextStep: 'Name files or folders, or give one of --url, --s3, --sql and --croissant.' },
    );
  }
  const credential = options.credential ?? null;
  if (options.url !== undefined) {
    const { url, digest = null, fileName: name = null } = options;
    return { kind: 'url', url, digest, name, credential };
  }
  if (options.s3 !== undefined) {
    const [, bucket = '', prefix = ''] = /^(?:s3:\/\/)?([^/]+)\/?(.*)$/s.exec(options.s3) ?? [];
    const { endpoint = null, region, virtualHost = false } = options;
    return {
      kind: 's3',
      bucket,
      prefix,
      endpoint,
      credential,
      pathStyle: !virtualHost,
      ...(region !== undefined && { region }),
    };
  }
  if (options.sql !== undefined) return { ...databaseOf(cli, options.from), query: options.sql, credential };
  if (options.croissant !== undefined) {
    const location = /^https?:/i.test(options.croissant) ? options.croissant : cli.path(options.croissant);
    return { kind: 'croissant', location, credential };
  }
  return pathsOrPattern(cli, paths);
}

function databaseOf(cli: Cli, from: string | undefined) {
  const kind = 'sql' as const;
  if (/^postgres(?:ql)?:\/\//.test(from ?? '')) {
    return { kind, engine: 'postgresql' as const, database: from! };
  }
  const file = /^(duckdb|sqlite):(.+)$/s.exec(from ?? '');
  if (file) return { kind, engine: file[1] as 'duckdb' | 'sqlite', database: cli.path(file[2]!) };
  throw new AppError(
    'INVALID_INPUT',
    from === undefined ? '--sql needs a database.' : `"${from}" names no database.`,
    { nextStep: 'Add --from duckdb:FILE, --from sqlite:FILE or --from postgresql://USER@HOST/DATABASE.' },
  );
}

/** A word with `*` or the like that no file has as its name is a pattern: the shell left it to us. */
function pathsOrPattern(cli: Cli, typed: readonly string[]): ImportSource {
  const paths = typed.map((word) => cli.path(word));
  const [only] = paths;
  if (paths.length === 1 && /[*?[{]/.test(only!) && !fs.existsSync(only!))
    return { kind: 'glob', pattern: only! };
  return { kind: 'paths', paths };
}
