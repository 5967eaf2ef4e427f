import { z } from 'zod';
import { dataSplitSpec, datasetSplit, splitName } from './data-splits.ts';
import { columnType, versionInput } from './datasets.contract.ts';
import { datasetVersionId, digest, expectationId, nameOrId } from './ids.ts';
import { job } from './jobs.contract.ts';
import { procedure } from './procedure.ts';
import { inProject } from './projects.contract.ts';
import { duration } from './recipe.ts';
import { versionName } from './version-name.ts';
import { cell, epochMs } from './wire.ts';

const columnName = z.string().min(1).max(1000);
const share = z.number().min(0).max(1);
/** A number, or a time as ISO 8601 where the column holds times. */
const bound = z.union([z.number(), z.string().min(1).max(64)]);

/**
 * What can be asked of a version's table. A cell is missing if it is null or NaN; `range`, `values` and `pattern` judge only the
 * cells that are there, how many may be missing is for `missing` to say.
 */
export const dataCheck = z.discriminatedUnion('kind', [
  /** These columns with these types; others only if `others` says so. */
  z.strictObject({
    kind: z.literal('schema'),
    columns: z
      .array(z.strictObject({ name: columnName, type: columnType }))
      .min(1)
      .max(20_000),
    others: z.boolean().default(false),
  }),
  /** The column is there, of that type where one is named. */
  z.strictObject({ kind: z.literal('column'), column: columnName, type: columnType.optional() }),
  /** No value below `min` or above `max`. */
  z.strictObject({
    kind: z.literal('range'),
    column: columnName,
    min: bound.optional(),
    max: bound.optional(),
  }),
  /** No two rows have equal values in all of these columns; rows with a missing one are not compared. */
  z.strictObject({ kind: z.literal('unique'), columns: z.array(columnName).min(1).max(100) }),
  z.strictObject({
    kind: z.literal('values'),
    column: columnName,
    values: z.array(cell).min(1).max(100_000),
  }),
  /** The whole value, as text, matches the regular expression (RE2's form). */
  z.strictObject({
    kind: z.literal('pattern'),
    column: columnName,
    pattern: z.string().min(1).max(10_000),
  }),
  /** At most this share of the rows has no value. */
  z.strictObject({ kind: z.literal('missing'), column: columnName, max: share }),
  z.strictObject({
    kind: z.literal('rows'),
    min: z.number().int().min(0).optional(),
    max: z.number().int().min(0).optional(),
  }),
  /** Every class has so many rows, or such a share of them. */
  z.strictObject({
    kind: z.literal('classes'),
    column: columnName,
    minRows: z.number().int().min(1).optional(),
    minShare: share.optional(),
  }),
  /** The newest time of the column is at most so old. */
  z.strictObject({ kind: z.literal('fresh'), column: columnName, maxAge: duration }),
  /**
   * The column's distribution has not moved away from that of another version. `psi` and `ks` fail above the limit;
   * `chi-squared` fails where the probability of such a difference by chance is below it.
   */
  z.strictObject({
    kind: z.literal('drift'),
    column: columnName,
    /** `previous`, or a version as people name it: its number or an alias. */
    against: versionName,
    statistic: z.enum(['psi', 'ks', 'chi-squared']),
    limit: z.number().min(0),
  }),
  /** A query over the table `data` that gives a row for everything that is wrong, so none at all. */
  z.strictObject({
    kind: z.literal('sql'),
    name: z.string().trim().min(1).max(200),
    sql: z.string().min(1).max(100_000),
  }),
]);
export type DataCheck = z.output<typeof dataCheck>;
export type DataCheckKind = DataCheck['kind'];

/** `block` stops an import and a run, `warn` only says so. */
export const checkSeverity = z.enum(['block', 'warn']);
export type CheckSeverity = z.infer<typeof checkSeverity>;

export const expectationDraft = z.strictObject({
  severity: checkSeverity.default('block'),
  check: dataCheck,
});
export type ExpectationDraft = z.output<typeof expectationDraft>;

/** One check that a data set carries. */
export const expectation = expectationDraft.extend({ id: expectationId });
export type Expectation = z.output<typeof expectation>;

/** How one check came out. */
export const checkOutcome = z.object({
  /** Null for a check that was only tried. */
  expectationId: expectationId.nullable(),
  severity: checkSeverity,
  check: dataCheck,
  /** In words: `age is between 0 and 120`. */
  title: z.string(),
  /** `broken`: it could not be judged, a query with a fault for example; that does not count as passed. */
  state: z.enum(['passed', 'failed', 'broken']),
  /** What was found, in words. */
  message: z.string(),
  /** Rows that do not fit; null where rows are not what is counted. */
  failedRows: z.number().int().nullable(),
  /** A few of them: the row's number, counted from 0 and null where it has none, and the cells concerned. */
  examples: z.array(z.object({ row: z.number().int().nullable(), cells: z.record(z.string(), cell) })),
});
export type CheckOutcome = z.infer<typeof checkOutcome>;

export const checkTrigger = z.enum(['import', 'training', 'asked']);
export type CheckTrigger = z.infer<typeof checkTrigger>;

/** Every check of a data set over one content. */
export const checkReport = z.object({
  /** Digest of the content; that of a version, unless its import was refused. */
  digest,
  versionId: datasetVersionId.nullable(),
  trigger: checkTrigger,
  at: epochMs,
  /** Names the set of expectations: the same words mean the same checks. */
  revision: z.string(),
  rows: z.number().int().nullable(),
  outcomes: z.array(checkOutcome),
  /** Whether something set to `block` did not pass. */
  blocked: z.boolean(),
  /** Outcomes that did not pass, of either severity. */
  failed: z.number().int(),
});
export type CheckReport = z.infer<typeof checkReport>;

const inDataset = { ...inProject, dataset: nameOrId };

const expectationSet = z.object({ revision: z.string(), expectations: z.array(expectation) });

/** Expectations, splits and leakage. */
export const dataChecksContract = {
  expectations: procedure
    .route({
      method: 'GET',
      path: '/datasets/{dataset}/expectations',
      summary: 'What a data set has to meet',
    })
    .input(z.object(inDataset))
    .output(expectationSet),
  /** The same check again only changes its severity. */
  addExpectation: procedure
    .route({ method: 'POST', path: '/datasets/{dataset}/expectations', summary: 'Add a check to a data set' })
    .input(expectationDraft.extend(inDataset))
    .output(expectation),
  removeExpectation: procedure
    .route({
      method: 'DELETE',
      path: '/datasets/{dataset}/expectations/{id}',
      summary: 'Remove a check from a data set',
    })
    .input(z.object({ ...inDataset, id: expectationId }))
    .output(expectation),
  exportExpectations: procedure
    .route({
      method: 'GET',
      path: '/datasets/{dataset}/expectations/export',
      summary: 'The checks of a data set as YAML',
    })
    .input(z.object(inDataset))
    .output(z.object({ yaml: z.string() })),
  importExpectations: procedure
    .route({
      method: 'POST',
      path: '/datasets/{dataset}/expectations/import',
      summary: 'Take checks from YAML, beside those that are there or in their place',
    })
    .input(z.object({ ...inDataset, yaml: z.string().max(1_000_000), replace: z.boolean().default(false) }))
    .output(expectationSet),
  /** Made from a version's profile; nothing is added by it. */
  suggestExpectations: procedure
    .route({
      method: 'GET',
      path: '/datasets/{dataset}/expectations/suggest',
      summary: 'Checks that a version meets and the next ones should',
    })
    .input(z.object(versionInput))
    .output(z.array(expectationDraft.extend({ reason: z.string() }))),
  /** `Job.result` of a finished one is a `CheckReport`. */
  check: procedure
    .route({
      method: 'POST',
      path: '/datasets/{dataset}/check',
      summary:
        'Check a version now, as a job; `drafts` are only tried, in place of what the data set carries',
    })
    .input(z.object({ ...versionInput, drafts: z.array(expectationDraft).max(1000).optional() }))
    .output(job),
  /** What was stored: at most one report for each trigger, the newest first. */
  results: procedure
    .route({
      method: 'GET',
      path: '/datasets/{dataset}/check-results',
      summary: 'How the checks of a version came out',
    })
    .input(z.object(versionInput))
    .output(z.array(checkReport)),
  rejections: procedure
    .route({
      method: 'GET',
      path: '/datasets/{dataset}/rejections',
      summary: 'Imports that blocking checks refused, newest first',
    })
    .input(z.object(inDataset))
    .output(z.array(checkReport)),

  splits: procedure
    .route({ method: 'GET', path: '/datasets/{dataset}/splits', summary: 'Named splits of a version' })
    .input(z.object(versionInput))
    .output(z.array(datasetSplit)),
  split: procedure
    .route({ method: 'GET', path: '/datasets/{dataset}/splits/{name}', summary: 'One split' })
    .input(z.object({ ...versionInput, name: splitName }))
    .output(datasetSplit),
  /**
   * The same split again is the one that is there; another of its name is ALREADY_EXISTS at once. `Job.result` of a finished one is a
   * `DatasetSplit`.
   */
  makeSplit: procedure
    .route({
      method: 'POST',
      path: '/datasets/{dataset}/splits',
      summary: 'Split the rows of a version, as a job',
    })
    .input(z.object({ ...versionInput, name: splitName, spec: dataSplitSpec }))
    .output(job),
  /** IN_USE where a run was trained with it. */
  removeSplit: procedure
    .route({
      method: 'DELETE',
      path: '/datasets/{dataset}/splits/{name}',
      summary: 'Remove a split that no run used',
    })
    .input(z.object({ ...versionInput, name: splitName }))
    .output(datasetSplit),
  /** Numbers of the part's rows, ascending, counted from 0. */
  splitRows: procedure
    .route({
      method: 'GET',
      path: '/datasets/{dataset}/splits/{name}/rows',
      summary: 'Which rows a part has',
    })
    .input(
      z.object({
        ...versionInput,
        name: splitName,
        part: z.string().min(1),
        offset: z.number().int().min(0).default(0),
        limit: z.number().int().min(1).max(10_000).default(1000),
      }),
    )
    .output(z.object({ rows: z.array(z.number().int()), totalRows: z.number().int() })),
  /** `Job.result` of a finished one is a `LeakageReport`. */
  leakage: procedure
    .route({
      method: 'POST',
      path: '/datasets/{dataset}/splits/{name}/leakage',
      summary: 'Look again for what leaks between parts, by columns that are named, as a job',
    })
    .input(
      z.object({
        ...versionInput,
        name: splitName,
        /** Columns whose equal values should stand in one part. */
        groups: z.array(columnName).max(20).optional(),
        /** Column by which what is trained on should come before what is held out. */
        time: columnName.optional(),
      }),
    )
    .output(job),
};
