import { z } from 'zod';
import { nameOrId } from './ids.ts';
import { job } from './jobs.contract.ts';
import { procedure } from './procedure.ts';
import { inProject } from './projects.contract.ts';
import { versionName } from './version-name.ts';

/** `Job.result` of a finished export. */
export const croissantResult = z.object({
  /** Of the description; the files lie beside it. */
  path: z.string(),
  files: z.number().int(),
  sizeBytes: z.number().int(),
});
export type CroissantResult = z.infer<typeof croissantResult>;

export const croissantContract = {
  export: procedure
    .route({
      method: 'POST',
      path: '/datasets/{dataset}/croissant',
      summary: 'Write a version with its files and a Croissant description into a new folder',
    })
    .input(
      z.object({
        ...inProject,
        dataset: nameOrId,
        version: versionName.optional(),
        /** Absolute, on the machine that runs the core; new or empty. */
        folder: z.string().min(1).max(4096),
        /** Address of the licence, for example https://spdx.org/licenses/CC-BY-4.0. */
        license: z.string().min(1).max(2000).nullable().default(null),
        /** Address of the page of the data set. */
        url: z.string().min(1).max(2000).nullable().default(null),
      }),
    )
    .output(job),
};
