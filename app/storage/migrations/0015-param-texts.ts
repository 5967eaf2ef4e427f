import type { Migration } from './migration.ts';

export const migration: Migration = {
  id: 15,
  name: 'param-texts',
  sql: `
    /* Finds the runs that have a text as a parameter; see param-sql.ts, which asks with the same expression. */
    CREATE INDEX run_params_by_text ON run_params (
      key,
      substr(CASE WHEN instr(value, '\\') > 0 THEN value ->> '$' ELSE trim(value, '"') END, 1, 64)
    );
  `,
};
