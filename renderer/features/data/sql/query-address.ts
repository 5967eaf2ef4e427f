/** A version's name in SQL: quoted, with its number where it is not the latest. */
export function tableName(dataset: string, version: number, latest: boolean): string {
  const name = latest ? dataset : `${dataset}@${version}`;
  const simple = /^[a-z_][a-z0-9_]*$/.test(name);
  return simple ? name : `"${name.replaceAll('"', '""')}"`;
}

export function selectAll(dataset: string, version: number, latest: boolean): string {
  return `SELECT *\nFROM ${tableName(dataset, version, latest)}\nLIMIT 100`;
}

/** Where the editor shows a query. */
export function queryAddress(sql: string): string {
  return `/sql?query=${encodeURIComponent(sql)}`;
}
