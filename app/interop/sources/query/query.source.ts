import path from 'node:path';
import type { QuerySource } from '../../../contract/data-sources.contract.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { DataSource } from '../../../kernel/ports/data-source.ts';
import type { DatabaseQueries } from '../../../kernel/ports/database-queries.ts';
import { absolutePath, lookAt } from '../paths/local-path.ts';
import { fetchPostgres, postgresAddress } from './postgres-query.ts';

const FILE = 'query.parquet';

/**
 * The result of one query that reads, as a Parquet file. DuckDB and SQLite are files of this machine; for PostgreSQL it reaches the database's host.
 */
export function createQuerySource({ queries }: { readonly queries: DatabaseQueries }): DataSource<'sql'> {
  return {
    kind: 'sql',
    async check(source) {
      if (source.engine === 'postgresql') postgresAddress(source.database);
      else if ((await lookAt(absolutePath(source.database))) !== 'file') throw notAFile(source);
    },
    async fetch(source, { spoolFolder, signal, onProgress, secret }) {
      const destinationPath = path.join(spoolFolder, FILE);
      if (source.engine === 'postgresql') {
        const password =
          source.credential === null ? null : (await secret(source.credential)).replace(/\r?\n$/, '');
        await fetchPostgres(source, password, { spoolFolder, destinationPath, queries, signal, onProgress });
      } else {
        const request = { databasePath: absolutePath(source.database), query: source.query, destinationPath };
        await (source.engine === 'duckdb'
          ? queries.duckdb(request, signal)
          : queries.sqlite(request, signal));
      }
      return {
        trees: [{ path: destinationPath, name: FILE }],
        description: `${source.engine} ${withoutSecrets(source)}: ${shortened(source.query)}`,
        memory: null,
      };
    },
  };
}

function notAFile({ database }: QuerySource): AppError {
  return new AppError('PATH_NOT_FOUND', `${database} is a folder, not a database file.`, {
    details: { path: database },
  });
}

const withoutSecrets = ({ engine, database }: QuerySource): string => {
  if (engine !== 'postgresql') return database;
  const { host, pathname } = new URL(database);
  return `${host}${pathname}`;
};

const shortened = (query: string): string => {
  const line = query.replace(/\s+/g, ' ');
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
};
