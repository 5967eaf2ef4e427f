import { z } from 'zod';

/**
 * An alias such as `best` points at one version and may be moved. Words that already say something about versions are kept free:
 * `latest`, `v3`, and what looks like the beginning of a digest.
 */
export const dataAliasName = z
  .string()
  .trim()
  .regex(
    /^[a-z][a-z0-9_-]{0,62}$/,
    'an alias is lower-case letters, digits, "_" and "-", and starts with a letter',
  )
  .refine((alias) => alias !== 'latest' && !/^v[0-9]+$/.test(alias) && !/^[0-9a-f]{6,}$/.test(alias), {
    error: 'an alias is not "latest", not a version such as "v3", and does not look like a digest',
  });

/** What a person may call a version: `3`, `v3`, `latest`, an alias, or the first six or more digits of its digest. */
export const versionName = z.union([
  z.number().int().positive(),
  z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'a version is a number, "latest", an alias or a digest'),
]);
export type VersionName = z.infer<typeof versionName>;

/** `digits`, `digits@3`, `digits@best`: a data set and, where one is named, a version of it. Names hold no `@`. */
export function splitDataRef(text: string): { readonly dataset: string; readonly version?: string } {
  const at = text.lastIndexOf('@');
  return at < 0 ? { dataset: text } : { dataset: text.slice(0, at), version: text.slice(at + 1) };
}
