import { checkTitle } from '../../../app/contract/data-check-words.ts';
import type { ExpectationDraft } from '../../../app/contract/data-checks.contract.ts';
import { AppError } from '../../../app/kernel/app-error.ts';
import type { Judgement, JudgeRequest } from '../../../app/kernel/ports/data-checks.ts';
import { fromDuckdb } from '../duckdb-session.ts';
import { judgeMissing, judgePattern, judgeRange, judgeUnique, judgeValues } from './judge-cells.ts';
import { judgeClasses, judgeFresh, judgeRows } from './judge-counts.ts';
import { judgeDrift } from './judge-drift.ts';
import { judgeColumn, judgeSchema } from './judge-schema.ts';
import { judgeSql } from './judge-sql.ts';
import { type TableView, withTable } from './table-view.ts';
import { broken, type Verdict } from './verdict.ts';
import type { Watch } from './watch.ts';

/** See `DataCheckEngine.judge`. */
export async function judgeTable(request: JudgeRequest, watch: Watch): Promise<Judgement[]> {
  const others = Object.values(request.references).flatMap((reference) =>
    'tablePath' in reference ? [reference.tablePath] : [],
  );
  const { signal } = watch;
  return await withTable(request.tablePath, others, signal, async (table) => {
    const judgements: Judgement[] = [];
    for (const [place, draft] of request.drafts.entries()) {
      signal.throwIfAborted();
      watch.progress(place / request.drafts.length, checkTitle(draft.check));
      const verdict = await judged(table, request, place, signal);
      judgements.push({ ...draft, title: checkTitle(draft.check), ...verdict });
    }
    return judgements;
  });
}

/** A check that DuckDB cannot make is broken; faults of the machine end them all. */
async function judged(
  table: TableView,
  request: JudgeRequest,
  place: number,
  signal: AbortSignal,
): Promise<Verdict> {
  try {
    return await judge(table, request, place, signal);
  } catch (error) {
    signal.throwIfAborted();
    const known = fromDuckdb(error);
    if (known instanceof AppError) throw known;
    return broken(error instanceof Error ? error.message : String(error));
  }
}

function judge(
  table: TableView,
  request: JudgeRequest,
  place: number,
  signal: AbortSignal,
): Promise<Verdict> | Verdict {
  const { check }: ExpectationDraft = request.drafts[place]!;
  switch (check.kind) {
    case 'schema':
      return judgeSchema(table, check);
    case 'column':
      return judgeColumn(table, check);
    case 'range':
      return judgeRange(table, check);
    case 'unique':
      return judgeUnique(table, check);
    case 'values':
      return judgeValues(table, check);
    case 'pattern':
      return judgePattern(table, check);
    case 'missing':
      return judgeMissing(table, check);
    case 'rows':
      return judgeRows(table, check);
    case 'classes':
      return judgeClasses(table, check);
    case 'fresh':
      return judgeFresh(table, check, request.nowMs);
    case 'drift':
      return judgeDrift(table, check, request.references[place], signal);
    case 'sql':
      return judgeSql(table, check, signal);
  }
}
