import {
  asNode,
  type ColumnName,
  conjuncts,
  equalColumns,
  namedValues,
  nodesOf,
  type TreeNode,
} from './query-tree.ts';

/** Values that a column of a view must have, all of them texts. */
export interface Wanted {
  readonly column: string;
  readonly values: readonly string[];
}

/** For each view, what each of its places in a query can use: rows for which all of it holds. Nothing is all rows. */
export type Narrowing = ReadonlyMap<string, readonly (readonly Wanted[])[]>;

/** A view where it stands in a FROM. */
interface Place {
  readonly view: string;
  readonly alias: string;
  /** Whether conditions name its columns as they are. */
  readonly plain: boolean;
  readonly wanted: Wanted[];
  /** Places whose rows have the run of one of these rows, or are of no use. */
  readonly follow: Place[];
}

const RUN = 'run_id';
/** In others, which rows meet depends on what else is there, or a name means only one side. */
const joinTypes = new Set(['INNER', 'LEFT', 'RIGHT', 'OUTER']);
const joinForms = new Set(['REGULAR', 'CROSS', 'NATURAL']);
const isUnderstood = ({ join_type, ref_type }: TreeNode) =>
  joinTypes.has(String(join_type)) && joinForms.has(String(ref_type));

/**
 * Which rows of views a query can use at all, from the comparisons with texts that all of its rows have to pass. The
 * query is answered in full afterwards, so this may find too little but never too much.
 *
 * @param columns those of each view that may be compared
 * @param runColumns those that say the same of a run in every row of it
 * @returns null where a name of the query hides a view
 */
export function narrowQuery(
  tree: TreeNode,
  columns: ReadonlyMap<string, ReadonlySet<string>>,
  runColumns: ReadonlySet<string>,
): Narrowing | null {
  const places = new Map<TreeNode, Place>();
  for (const node of nodesOf(tree)) {
    if (hidesOne(node)) return null;
    if (node.type === 'SELECT_NODE') readSelect(node);
  }
  const own = new Map([...places.values()].map((place) => [place, ofRuns(place)]));
  for (const [place, wanted] of own) spread(place, wanted);
  return usesOf();

  function usesOf(): Narrowing {
    const found = new Map<string, (readonly Wanted[])[]>();
    for (const node of nodesOf(tree)) {
      const view = viewOf(node);
      if (view) found.set(view, [...(found.get(view) ?? []), places.get(node)?.wanted ?? []]);
    }
    return found;
  }

  /** Whether a WITH gives one of the views' names to something else. */
  function hidesOne({ cte_map }: TreeNode): boolean {
    const named = asNode(cte_map)?.map;
    return Array.isArray(named) && named.some((each) => columns.has(String(asNode(each)?.key).toLowerCase()));
  }

  function viewOf(node: TreeNode): string | null {
    const name = node.type === 'BASE_TABLE' ? String(node.table_name).toLowerCase() : '';
    return columns.has(name) ? name : null;
  }

  function readSelect(select: TreeNode): void {
    const joins: TreeNode[] = [];
    const here = placesOf(select.from_table, joins).all;
    if (!joins.every(isUnderstood)) {
      for (const [node, place] of places) if (here.includes(place)) places.delete(node);
      return;
    }
    readCondition(select.where_clause, here, here, here);
    // All that are joined by it have the same one, and a row without it passes no comparison.
    for (const named of conjuncts(select.where_clause).map(namedValues))
      if (named?.column.table === null && named.column.column === RUN)
        for (const { wanted, plain } of here) if (plain) wanted.push({ column: RUN, values: named.values });
    for (const join of joins) readJoin(join);
  }

  function readJoin(join: TreeNode): void {
    const [left, right] = [placesOf(join.left), placesOf(join.right)];
    const both = [...left.all, ...right.all];
    const isInner = join.join_type === 'INNER';
    if (!isInner && join.join_type !== 'LEFT') return;
    readCondition(join.condition, both, isInner ? both : right.all, isInner ? both : left.all);
    const using = Array.isArray(join.using_columns) ? join.using_columns : [];
    if (!using.some((name) => String(name).toLowerCase() === RUN)) return;
    for (const a of left.ofRun) {
      for (const b of right.ofRun) {
        a.follow.push(b);
        if (isInner) b.follow.push(a);
      }
    }
  }

  /** The views below a FROM, and those of them whose run is that of `run_id` in the join. */
  function placesOf(from: unknown, joins: TreeNode[] = []): { all: Place[]; ofRun: Place[] } {
    const node = asNode(from);
    if (node?.type === 'JOIN') {
      joins.push(node);
      const [left, right] = [placesOf(node.left, joins), placesOf(node.right, joins)];
      const all = [...left.all, ...right.all];
      if (node.join_type === 'INNER') return { all, ofRun: [...left.ofRun, ...right.ofRun] };
      return { all, ofRun: node.join_type === 'LEFT' ? left.ofRun : [] };
    }
    const view = node && viewOf(node);
    if (!view) return { all: [], ofRun: [] };
    const known = places.get(node);
    const place = known ?? {
      view,
      alias: String(node.alias ?? view).toLowerCase(),
      plain: node.column_name_alias === undefined && node.sample === undefined,
      wanted: [],
      follow: [],
    };
    places.set(node, place);
    return { all: [place], ofRun: [place] };
  }

  /**
   * @param seen places whose columns the condition names
   * @param narrowed those of them whose rows are of no use where it does not hold
   * @param leading those whose rows say which runs the narrowed ones need
   */
  function readCondition(
    condition: unknown,
    seen: readonly Place[],
    narrowed: readonly Place[],
    leading: readonly Place[],
  ): void {
    for (const each of conjuncts(condition)) {
      const named = namedValues(each);
      const place = named && placeOf(named.column, seen);
      if (place && narrowed.includes(place))
        place.wanted.push({ column: named.column.column, values: named.values });
      const equal = equalColumns(each);
      if (!equal?.every(({ column }) => column === RUN)) continue;
      const [a, b] = equal.map((column) => placeOf(column, seen));
      if (!a || !b) continue;
      for (const [from, to] of [[a, b] as const, [b, a] as const])
        if (leading.includes(from) && narrowed.includes(to)) from.follow.push(to);
    }
  }

  /** The place that a column is of; none where that is not sure. */
  function placeOf({ table, column }: ColumnName, seen: readonly Place[]): Place | null {
    const [place, ...others] = seen.filter(({ view, alias }) =>
      table === null ? columns.get(view)!.has(column) : alias === table,
    );
    const isSure = place?.plain && others.length === 0 && columns.get(place.view)!.has(column);
    return isSure ? place : null;
  }

  /** What a place wants of its runs, places that follow it want too. */
  function spread(from: Place, wanted: readonly Wanted[]): void {
    if (wanted.length === 0) return;
    const reached = new Set([from]);
    for (const place of reached) for (const next of place.follow) reached.add(next);
    reached.delete(from);
    for (const place of reached) place.wanted.push(...wanted);
  }

  function ofRuns({ wanted }: Place): Wanted[] {
    return wanted.filter(({ column }) => runColumns.has(column));
  }
}
