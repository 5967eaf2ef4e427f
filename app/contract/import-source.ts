import { z } from 'zod';
import {
  bucketSource,
  croissantSource,
  globSource,
  querySource,
  urlSource,
} from './data-sources.contract.ts';
import { uploadId } from './ids.ts';

/** Files and folders of the machine that runs the core. */
export const pathsSource = z.object({
  kind: z.literal('paths'),
  paths: z.array(z.string().min(1)).min(1).max(10_000),
});

/** Bytes that a browser sent to `PUT /api/v1/uploads?name=…` before. */
export const uploadsSource = z.object({
  kind: z.literal('uploads'),
  uploads: z.array(uploadId).min(1).max(1000),
});

/** Where an import takes its files from. Nothing in it is secret: credentials are named, not given. */
export const importSource = z.discriminatedUnion('kind', [
  pathsSource,
  uploadsSource,
  globSource,
  urlSource,
  bucketSource,
  querySource,
  croissantSource,
]);
export type ImportSource = z.infer<typeof importSource>;
