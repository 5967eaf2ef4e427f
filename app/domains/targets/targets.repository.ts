import type { EngineAddress } from '../../contract/targets.contract.ts';
import type { Database, SqlRow } from '../../kernel/ports/database.ts';

export interface TargetRow {
  readonly id: string;
  readonly name: string;
  readonly address: EngineAddress;
  readonly createdAt: number;
}

export function createTargetRepository(database: Database) {
  return {
    all: (): TargetRow[] => database.prepare('SELECT * FROM targets ORDER BY name').all().map(toTarget),
    byName(name: string): TargetRow | null {
      const row = database.prepare('SELECT * FROM targets WHERE name = ?').get(name);
      return row ? toTarget(row) : null;
    },
    insert(row: TargetRow): void {
      database
        .prepare(`INSERT INTO targets (id, name, kind, address, created_at) VALUES (?, ?, 'docker', ?, ?)`)
        .run(row.id, row.name, JSON.stringify(row.address), row.createdAt);
    },
    delete(name: string): void {
      database.prepare('DELETE FROM targets WHERE name = ?').run(name);
    },
  };
}

function toTarget(row: SqlRow): TargetRow {
  return {
    id: String(row.id),
    name: String(row.name),
    address: JSON.parse(String(row.address)),
    createdAt: Number(row.created_at),
  };
}
