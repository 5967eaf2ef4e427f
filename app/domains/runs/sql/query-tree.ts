/*
 * What json_serialize_sql gives of a query, as far as it is looked at. Whatever looks otherwise counts as nothing known.
 */
export interface TreeNode {
  readonly type?: string;
  readonly [name: string]: unknown;
}

export const asNode = (value: unknown): TreeNode | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as TreeNode) : null;

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Every node of a tree, those above first. */
export function* nodesOf(value: unknown): Generator<TreeNode> {
  const node = asNode(value);
  if (node) yield node;
  for (const child of node ? Object.values(node) : asList(value)) yield* nodesOf(child);
}

/** The one statement's tree, or null where there is not one, or not of this form. */
export function parseTree(serialized: unknown): TreeNode | null {
  if (typeof serialized !== 'string') return null;
  const statements = asList(asNode(JSON.parse(serialized))?.statements);
  return statements.length === 1 ? asNode(statements[0]) : null;
}

/** The parts of a condition that all have to hold. */
export function conjuncts(condition: unknown): TreeNode[] {
  const node = asNode(condition);
  if (!node) return [];
  return node.type === 'CONJUNCTION_AND' ? asList(node.children).flatMap(conjuncts) : [node];
}

export interface ColumnName {
  /** As it stands before the point; null without one. */
  readonly table: string | null;
  readonly column: string;
}

export function columnName(value: unknown): ColumnName | null {
  const node = asNode(value);
  if (node?.type !== 'COLUMN_REF') return null;
  const names = asList(node.column_names).map((name) => String(name).toLowerCase());
  if (names.length === 1) return { table: null, column: names[0]! };
  return names.length === 2 ? { table: names[0]!, column: names[1]! } : null;
}

/** `column = 'text'` and `column IN ('text', …)`. */
export function namedValues({ type, ...node }: TreeNode): { column: ColumnName; values: string[] } | null {
  const [first, ...others] =
    type === 'COMPARE_EQUAL' ? [node.left, node.right] : type === 'COMPARE_IN' ? asList(node.children) : [];
  for (const [side, rest] of [
    [first, others],
    ...(type === 'COMPARE_EQUAL' ? [[others[0], [first]] as const] : []),
  ] as const) {
    const column = columnName(side);
    const values = rest.map(constantText);
    if (column && values.length > 0 && values.every((value) => value !== null)) return { column, values };
  }
  return null;
}

function constantText(value: unknown): string | null {
  const constant = asNode(asNode(value)?.value);
  const isText = asNode(value)?.type === 'VALUE_CONSTANT' && asNode(constant?.type)?.id === 'VARCHAR';
  return isText && typeof constant?.value === 'string' ? constant.value : null;
}

/** `a.column = b.column`. */
export function equalColumns({ type, left, right }: TreeNode): readonly [ColumnName, ColumnName] | null {
  if (type !== 'COMPARE_EQUAL') return null;
  const [a, b] = [columnName(left), columnName(right)];
  return a && b ? [a, b] : null;
}
