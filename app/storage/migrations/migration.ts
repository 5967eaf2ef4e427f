import type { Database } from '../../kernel/ports/database.ts';

/** One step of the schema, forward only. Once released, a migration's text never changes. */
export interface Migration {
  /** 1, 2, 3 … without gaps; it becomes SQLite's user_version. */
  readonly id: number;
  readonly name: string;
  readonly sql: string;
  /** What SQL cannot do, after it in the same transaction; in bounded memory, however much there is. */
  readonly move?: (database: Database) => void;
}
