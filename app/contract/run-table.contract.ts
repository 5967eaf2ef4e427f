import { z } from 'zod';
import { experimentId, nameOrId, runId } from './ids.ts';
import { jobState } from './jobs.contract.ts';
import { procedure } from './procedure.ts';
import { inProject } from './projects.contract.ts';
import { wireNumber } from './wire.ts';

/** As many as a person marks with one key. */
const MOST_AT_ONCE = 10_000;

/** A field as the filter language writes it: `metrics.loss`, `params.lr`, `tags.team`, `status`; also `data`, the first data set. */
export const tableField = z.string().min(1).max(300);

/** Which runs of a project are meant: all that is said must hold. Deleted runs are never meant. */
export const runSelection = z.object({
  ...inProject,
  experiment: nameOrId.optional(),
  status: jobState.optional(),
  /** In the filter language of docs/searching-runs.md; an error's details have its `position` and `end`. */
  filter: z.string().max(10_000).optional(),
  /** Part of the run's name, experiment, template, tags or parameters. */
  text: z.string().max(200).optional(),
  /** Runs of one group of `groups`: the fields that it is grouped by with the values that the group has. */
  within: z
    .array(
      z.object({
        field: tableField,
        /** Without it, runs that have no value. */ value: z.string().nullable().default(null),
      }),
    )
    .max(5)
    .optional(),
});

export const runOrder = z.object({
  /** Attributes, `metrics.<key>`, `params.<key>` or `tags.<key>`, each with `asc` or `desc` after it, between commas. */
  orderBy: z.string().max(2000).default('started'),
  /** For what is neither `asc` nor `desc`. */
  descending: z.boolean().default(true),
});

/** What a group's runs have of a field. */
export const groupCell = z.discriminatedUnion('kind', [
  /** Of a metric's last values, or of times in milliseconds: of the finite ones. */
  z.object({
    kind: z.literal('numbers'),
    /** Runs with such a value; where there are none, all else is null. */
    count: z.number().int(),
    mean: wireNumber.nullable(),
    /** Of the sample; null for fewer than two values. */
    deviation: wireNumber.nullable(),
    /** Half the width of the interval that holds the true mean with 95 % confidence; null for fewer than two values. */
    half: wireNumber.nullable(),
    min: wireNumber.nullable(),
    max: wireNumber.nullable(),
  }),
  /** Of a field that is text. */
  z.object({
    kind: z.literal('words'),
    /** How many different values there are. */
    distinct: z.number().int(),
    /** The one that all share that have any; null where there are several or none. */
    value: z.string().nullable(),
  }),
]);
export type RunGroupCell = z.infer<typeof groupCell>;

export const runGroup = z.object({
  /** One for each field of `by`; null for runs without a value. */
  values: z.array(z.string().nullable()),
  runs: z.number().int(),
  /** The first few in the order that was asked. */
  first: z.array(runId),
  /** One for each of `fields`. */
  cells: z.array(groupCell),
});
export type RunGroup = z.infer<typeof runGroup>;

/** What the table of runs asks beside its rows. They are part of `runsContract`. */
export const runTableContract = {
  /** Ids of everything that is meant, in order: to mark all, and to do something with all. */
  ids: procedure
    .route({ method: 'POST', path: '/runs/ids', summary: 'Ids of all runs that a filter finds, in order' })
    .input(
      runSelection.extend(runOrder.shape).extend({
        limit: z.number().int().min(1).max(100_000).default(MOST_AT_ONCE),
      }),
    )
    .output(z.object({ ids: z.array(runId), total: z.number().int() })),
  /**
   * Groups of runs with equal values. They stand in the order of the first field of `orderBy`: by their own values if they are grouped
   * by it, by their means if it is a number, otherwise as the first runs of each stand. Groups without a value are last.
   */
  groups: procedure
    .route({
      method: 'POST',
      path: '/runs/groups',
      summary: 'Groups of runs with equal values, with means and intervals',
    })
    .input(
      runSelection.extend(runOrder.shape).extend({
        /** Parameters, tags, `data` and attributes that are text. */
        by: z.array(tableField).min(1).max(5),
        /** What is told of each group: any field. */
        fields: z.array(tableField).max(200).default([]),
        /** How many ids of each group. */
        firstRuns: z.number().int().min(0).max(100).default(5),
        limit: z.number().int().min(1).max(10_000).default(1000),
        offset: z.number().int().min(0).default(0),
      }),
    )
    .output(
      z.object({
        groups: z.array(runGroup),
        /** Of groups. */
        total: z.number().int(),
        runs: z.number().int(),
      }),
    ),
  /** All or none. Moving each part of `before` back undoes it. */
  move: procedure
    .route({
      method: 'POST',
      path: '/runs/move',
      summary: 'Move runs to another experiment of their project',
    })
    .input(
      z.object({
        runs: z.array(runId).min(1).max(MOST_AT_ONCE),
        experiment: nameOrId,
        /** Make the experiment if there is none of that name. */
        create: z.boolean().default(false),
      }),
    )
    .output(
      z.object({
        experiment: z.object({ id: experimentId, name: z.string(), made: z.boolean() }),
        /** Where the runs were that are elsewhere now; runs that were there already are in none. */
        before: z.array(z.object({ experiment: experimentId, name: z.string(), runs: z.array(runId) })),
      }),
    ),
  /** All or none. */
  updateMany: procedure
    .route({
      method: 'PATCH',
      path: '/runs',
      summary: 'Change tags of many runs at once; a null tag is removed',
    })
    .input(
      z.object({
        runs: z.array(runId).min(1).max(MOST_AT_ONCE),
        tags: z.record(z.string().min(1).max(250), z.string().max(5000).nullable()),
      }),
    )
    .output(
      z.object({
        /** Runs that have other tags now. */
        updated: z.array(runId),
      }),
    ),
};
