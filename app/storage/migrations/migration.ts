/** One step of the schema, forward only. Once released, a migration's text never changes. */
export interface Migration {
  /** 1, 2, 3 … without gaps; it becomes SQLite's user_version. */
  readonly id: number;
  readonly name: string;
  readonly sql: string;
}
