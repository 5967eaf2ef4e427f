import { checkTitle } from '../../../contract/data-check-words.ts';
import type {
  CheckReport,
  CheckTrigger,
  DataCheck,
  ExpectationDraft,
} from '../../../contract/data-checks.contract.ts';
import type { DatasetVersion } from '../../../contract/datasets.contract.ts';
import type { DatasetId, DatasetVersionId } from '../../../contract/ids.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { CheckOptions, DataCheckEngine, JudgeRequest } from '../../../kernel/ports/data-checks.ts';
import type { Datasets } from '../datasets.service.ts';
import type { createExpectationRepository } from './expectations.repository.ts';
import { reportOf } from './report.ts';

/** What checks are made of: a version, or what an import would make one of. */
export interface CheckedContent {
  readonly datasetId: DatasetId;
  readonly digest: DatasetVersion['digest'];
  readonly versionId: DatasetVersionId | null;
  /** Number of the version, or of the one that it would become. */
  readonly version: number;
  readonly rows: number | null;
  /** Null where it is not a table. */
  readonly table: (() => Promise<string>) | null;
}

/** Runs checks over a content; what comes of it is for the caller to keep. */
export function createJudge(parts: {
  readonly clock: Clock;
  readonly engine: Pick<DataCheckEngine, 'judge'>;
  readonly datasets: Pick<Datasets, 'resolve' | 'versions' | 'tableFile'>;
  readonly repository: Pick<ReturnType<typeof createExpectationRepository>, 'projectOf'>;
}) {
  const { clock, engine, datasets, repository } = parts;

  async function judge(
    content: CheckedContent,
    drafts: readonly ExpectationDraft[],
    trigger: CheckTrigger,
    options: CheckOptions = {},
  ): Promise<CheckReport> {
    const at = clock.now();
    const facts = { digest: content.digest, versionId: content.versionId, trigger, at, rows: content.rows };
    if (!content.table) {
      const verdict = {
        state: 'failed',
        message: 'It is not a table.',
        failedRows: null,
        examples: [],
      } as const;
      return reportOf(
        facts,
        drafts,
        drafts.map((draft) => ({
          severity: draft.severity,
          check: draft.check,
          title: checkTitle(draft.check),
          ...verdict,
          examples: [],
        })),
      );
    }
    const judgements = await engine.judge(
      {
        tablePath: await content.table(),
        drafts: drafts.map(({ severity, check }) => ({ severity, check })),
        references: await referencesOf(content, drafts),
        nowMs: at,
      },
      options,
    );
    return reportOf(facts, drafts, judgements);
  }

  /** The tables that drift is measured against. One that is not there breaks its check, not the others. */
  async function referencesOf(
    content: CheckedContent,
    drafts: readonly ExpectationDraft[],
  ): Promise<JudgeRequest['references']> {
    const references: Record<number, JudgeRequest['references'][number]> = {};
    for (const [place, { check }] of drafts.entries()) {
      if (check.kind !== 'drift') continue;
      try {
        const version = referenceOf(content, check);
        references[place] = version
          ? { tablePath: await datasets.tableFile(version.id) }
          : { fault: 'there is no version before this one to compare with.' };
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        references[place] = { fault: error.message };
      }
    }
    return references;
  }

  function referenceOf(
    content: CheckedContent,
    { against }: Extract<DataCheck, { kind: 'drift' }>,
  ): DatasetVersion | undefined {
    const projectId = repository.projectOf(content.datasetId);
    if (against !== 'previous') return datasets.resolve(projectId, content.datasetId, against);
    return datasets.versions(projectId, content.datasetId).find(({ version }) => version < content.version);
  }

  return judge;
}

/** A version as checks see it. */
export function contentOf(version: DatasetVersion, datasets: Pick<Datasets, 'tableFile'>): CheckedContent {
  return {
    datasetId: version.datasetId,
    digest: version.digest,
    versionId: version.id,
    version: version.version,
    rows: version.rows,
    table: version.rows === null ? null : () => datasets.tableFile(version.id),
  };
}
