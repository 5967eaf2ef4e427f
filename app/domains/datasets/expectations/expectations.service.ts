import { checkTitle } from '../../../contract/data-check-words.ts';
import type { CheckReport, Expectation, ExpectationDraft } from '../../../contract/data-checks.contract.ts';
import type { DatasetVersion } from '../../../contract/datasets.contract.ts';
import type { DatasetId, ExpectationId } from '../../../contract/ids.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { Core } from '../../../kernel/core.ts';
import { newId } from '../../../kernel/new-id.ts';
import type { CheckOptions, DataCheckEngine } from '../../../kernel/ports/data-checks.ts';
import type { BeforePublish } from '../before-publish.ts';
import type { Datasets } from '../datasets.service.ts';
import { createExpectationRepository } from './expectations.repository.ts';
import { expectationsYaml, parseExpectations } from './expectations-yaml.ts';
import { type CheckedContent, contentOf, createJudge } from './judge-content.ts';
import { checkFailed, isTimeless, revisionOf } from './report.ts';
import { type Suggestion, suggestExpectations } from './suggest.ts';

const MOST_REJECTIONS = 50;

export interface ExpectationSet {
  readonly revision: string;
  readonly expectations: Expectation[];
}

export interface Expectations {
  list(project: string | undefined, dataset: string): ExpectationSet;
  add(project: string | undefined, dataset: string, draft: ExpectationDraft): Expectation;
  /** @throws AppError NOT_FOUND */
  remove(project: string | undefined, dataset: string, id: ExpectationId): Expectation;
  yaml(project: string | undefined, dataset: string): string;
  takeYaml(project: string | undefined, dataset: string, yaml: string, replace: boolean): ExpectationSet;
  /** @throws AppError UNSUPPORTED if the version is not a table */
  suggest(version: DatasetVersion): Promise<Suggestion[]>;
  /** Check a version now and keep the report; with drafts, only try these. */
  check(
    version: DatasetVersion,
    drafts: readonly ExpectationDraft[] | undefined,
    options?: CheckOptions,
  ): Promise<CheckReport>;
  results(version: DatasetVersion): CheckReport[];
  rejections(project: string | undefined, dataset: string): CheckReport[];
  /** What `DatasetParts.beforePublish` is. */
  readonly beforePublish: BeforePublish;
  /**
   * The report that a run of this version begins with: the one that is there, where it can say nothing else; null for a data set
   * without expectations.
   */
  beforeTraining(version: DatasetVersion): Promise<CheckReport | null>;
  /** @throws AppError CHECK_FAILED where a blocking check does not pass */
  refuseTraining(version: DatasetVersion): Promise<void>;
}

export function createExpectations(
  core: Core,
  parts: {
    readonly engine: Pick<DataCheckEngine, 'judge'>;
    readonly datasets: Pick<Datasets, 'get' | 'resolve' | 'versions' | 'tableFile' | 'profile'>;
  },
): Expectations {
  const { database, events, clock } = core;
  const { engine, datasets } = parts;
  const repository = createExpectationRepository(database);
  const judge = createJudge({ clock, engine, datasets, repository });

  const setOf = (dataset: DatasetId): ExpectationSet => {
    const expectations = repository.list(dataset);
    return { revision: revisionOf(expectations), expectations };
  };

  /** Inside a transaction. */
  function put(dataset: DatasetId, draft: ExpectationDraft): Expectation {
    const same = repository
      .list(dataset)
      .find(({ check }) => JSON.stringify(check) === JSON.stringify(draft.check));
    if (same?.severity === draft.severity) return same;
    const expectation = {
      severity: draft.severity,
      check: draft.check,
      id: same?.id ?? newId<ExpectationId>(),
    };
    if (same) repository.setSeverity(same.id, draft.severity);
    else repository.insert(dataset, expectation);
    return expectation;
  }

  const told = (kind: string, dataset: DatasetId, { severity, check }: ExpectationDraft) =>
    events.append(
      `dataset.${kind}`,
      { kind: 'dataset', id: dataset },
      { severity, check: checkTitle(check) },
    );

  function keep(dataset: DatasetId, report: CheckReport, event: string): void {
    database.transaction(() => {
      repository.keepReport(dataset, report);
      events.append(
        `dataset.${event}`,
        { kind: 'dataset', id: dataset },
        { digest: report.digest, trigger: report.trigger, failed: report.failed, blocked: report.blocked },
      );
    });
  }

  async function beforeTraining(version: DatasetVersion): Promise<CheckReport | null> {
    const { revision, expectations } = setOf(version.datasetId);
    if (expectations.length === 0) return null;
    const known = repository
      .reports(version.datasetId, version.digest)
      .find((report) => report.revision === revision);
    if (known && expectations.every(isTimeless)) return known;
    const report = await judge(contentOf(version, datasets), expectations, 'training');
    keep(version.datasetId, report, 'checked');
    return report;
  }

  return {
    list: (project, dataset) => setOf(datasets.get(project, dataset).id),
    add(project, dataset, draft) {
      const { id } = datasets.get(project, dataset);
      return database.transaction(() => {
        const added = put(id, draft);
        told('expectation-added', id, added);
        return added;
      });
    },
    remove(project, dataset, id) {
      const { id: datasetId, name } = datasets.get(project, dataset);
      return database.transaction(() => {
        const found = repository.list(datasetId).find((expectation) => expectation.id === id);
        if (!found) {
          throw new AppError('NOT_FOUND', `The data set "${name}" has no expectation ${id}.`, {
            nextStep: `\`lathe data expect list ${name}\` shows what it has.`,
            details: { dataset: name, expectation: id },
          });
        }
        repository.remove(id);
        told('expectation-removed', datasetId, found);
        return found;
      });
    },
    yaml: (project, dataset) => expectationsYaml(setOf(datasets.get(project, dataset).id).expectations),
    takeYaml(project, dataset, yaml, replace) {
      const { id } = datasets.get(project, dataset);
      const drafts = parseExpectations(yaml);
      return database.transaction(() => {
        if (replace) repository.removeAll(id);
        for (const draft of drafts) put(id, draft);
        events.append(
          replace ? 'dataset.expectations-replaced' : 'dataset.expectations-added',
          { kind: 'dataset', id },
          { expectations: drafts.length },
        );
        return setOf(id);
      });
    },
    async suggest(version) {
      return suggestExpectations(version, await datasets.profile(version));
    },
    async check(version, drafts, options) {
      if (drafts) return await judge(contentOf(version, datasets), drafts, 'asked', options);
      const { expectations } = setOf(version.datasetId);
      const report = await judge(contentOf(version, datasets), expectations, 'asked', options);
      keep(version.datasetId, report, 'checked');
      return report;
    },
    results: (version) => repository.reports(version.datasetId, version.digest),
    rejections: (project, dataset) =>
      repository.rejections(datasets.get(project, dataset).id, MOST_REJECTIONS),
    async beforePublish(publishing, tablePath, { signal, progress }) {
      const { datasetId, name, digest, rows } = publishing;
      if (datasetId === null) return;
      const { expectations } = setOf(datasetId);
      if (expectations.length === 0) return;
      const tell = (what: string) => progress({ message: `Checking what is expected${what}` });
      tell('');
      const content: CheckedContent = {
        datasetId,
        digest,
        versionId: null,
        version: Number.POSITIVE_INFINITY,
        rows,
        table: tablePath === null ? null : async () => tablePath,
      };
      const report = await judge(content, expectations, 'import', {
        signal,
        onProgress: (_, title) => tell(`: ${title}`),
      });
      keep(datasetId, report, report.blocked ? 'import-refused' : 'checked');
      if (report.blocked) {
        throw checkFailed(
          name,
          report,
          'No version was made.',
          `Correct the data and import it again, or change what is expected: lathe data expect list ${name}.`,
        );
      }
    },
    beforeTraining,
    async refuseTraining(version) {
      const report = await beforeTraining(version);
      if (!report?.blocked) return;
      throw checkFailed(
        version.datasetName,
        report,
        'The run was not started.',
        `Train on another version, change what is expected (lathe data expect list ${version.datasetName}), or start it all the same with --override-checks.`,
      );
    },
  };
}
