import type { ColumnStatistics } from '../../../contract/data-tables.contract.ts';
import type { Digest } from '../../../contract/ids.ts';
import type { Database } from '../../../kernel/ports/database.ts';

/** Raised when what is computed changes: what was kept before is then computed again. */
const METHOD = 1;
/** Older findings make room for new ones. */
const KEPT_FINDINGS = 500;

export type FindingKind = 'duplicates' | 'difference';

/** What was worked out about contents. It belongs to contents, not to versions: equal content is looked at once. */
export function createFindingsRepository(database: Database) {
  return {
    profile(digest: Digest): { rows: number; columns: number } | null {
      const row = database
        .prepare('SELECT rows, columns FROM table_profiles WHERE digest = ? AND method = ?')
        .get(digest, METHOD);
      return row ? { rows: Number(row.rows), columns: Number(row.columns) } : null;
    },
    /** Columns whose names contain a text, whatever its capitals, in the table's order. */
    statistics(
      digest: Digest,
      { search, offset, limit }: { readonly search: string; readonly offset: number; readonly limit: number },
    ): { found: number; columns: ColumnStatistics[] } {
      const matching = `FROM column_statistics WHERE digest = ? AND instr(lower(name), lower(?)) > 0`;
      const count = database.prepare(`SELECT COUNT(*) AS found ${matching}`).get(digest, search);
      const columns = database
        .prepare(`SELECT statistics ${matching} ORDER BY place LIMIT ? OFFSET ?`)
        .all(digest, search, limit, offset)
        .map(({ statistics }) => JSON.parse(String(statistics)) as ColumnStatistics);
      return { found: Number(count!.found), columns };
    },
    keepProfile(digest: Digest, rows: number, columns: readonly ColumnStatistics[], now: number): void {
      database.transaction(() => {
        database.prepare('DELETE FROM column_statistics WHERE digest = ?').run(digest);
        const insert = database.prepare(
          'INSERT INTO column_statistics (digest, place, name, statistics) VALUES (?, ?, ?, ?)',
        );
        for (const [place, column] of columns.entries()) {
          insert.run(digest, place, column.name, JSON.stringify(column));
        }
        database
          .prepare(
            'INSERT OR REPLACE INTO table_profiles (digest, method, rows, columns, made_at) VALUES (?, ?, ?, ?, ?)',
          )
          .run(digest, METHOD, rows, columns.length, now);
      });
    },
    finding(kind: FindingKind, key: string): unknown {
      const row = database
        .prepare('SELECT result FROM table_findings WHERE kind = ? AND key = ? AND method = ?')
        .get(kind, key, METHOD);
      return row ? JSON.parse(String(row.result)) : null;
    },
    keepFinding(kind: FindingKind, key: string, result: unknown, now: number): void {
      database.transaction(() => {
        database
          .prepare(
            'INSERT OR REPLACE INTO table_findings (kind, key, method, result, made_at) VALUES (?, ?, ?, ?, ?)',
          )
          .run(kind, key, METHOD, JSON.stringify(result), now);
        database
          .prepare(
            `DELETE FROM table_findings WHERE made_at <
               (SELECT made_at FROM table_findings ORDER BY made_at DESC LIMIT 1 OFFSET ?)`,
          )
          .run(KEPT_FINDINGS - 1);
      });
    },
  };
}
