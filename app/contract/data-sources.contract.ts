import { z } from 'zod';
import { objectName } from './ids.ts';

/** A secret by the name that it was saved under (`lathe credential set NAME`); null where none is needed. */
const credential = objectName.nullable().default(null);

/** What bytes from elsewhere must be: `sha256:` or `blake3:` and 64 lower-case hex digits. */
export const expectedDigest = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^(sha256|blake3):[0-9a-f]{64}$/, 'a digest is "sha256:" or "blake3:" and 64 hex digits');

const httpUrl = z
  .string()
  .max(4000)
  .refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  }, 'an address begins with http:// or https:// and holds no user name or password');

/** Files of this machine by a pattern with `*`, `**`, `?`, `[…]` and `{a,b}`. */
export const globSource = z.object({ kind: z.literal('glob'), pattern: z.string().min(1).max(4000) });

/** One file by its address. */
export const urlSource = z.object({
  kind: z.literal('url'),
  url: httpUrl,
  digest: expectedDigest.nullable().default(null),
  /** What the file is called in the version; null: the last part of the address. */
  name: z.string().min(1).max(255).nullable().default(null),
  /** Sent as `Authorization: Bearer …` to the address's own host, and to no other. */
  credential,
});

/** The objects of an S3-compatible bucket whose keys begin with a prefix. */
export const bucketSource = z.object({
  kind: z.literal('s3'),
  bucket: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$/, 'a bucket has 2 to 63 letters, digits, ".", "_" or "-"'),
  prefix: z.string().max(1024).default(''),
  /** Null: Amazon's own, by region. */
  endpoint: httpUrl.nullable().default(null),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .default('us-east-1'),
  /** Whether the bucket is a part of the path (most servers) or of the host name. */
  pathStyle: z.boolean().default(true),
  /** `ACCESS_KEY_ID:SECRET_ACCESS_KEY`, optionally with `:SESSION_TOKEN`; without one nothing is signed. */
  credential,
});

/** The result of one query that reads, as a Parquet file. */
export const querySource = z.object({
  kind: z.literal('sql'),
  engine: z.enum(['duckdb', 'sqlite', 'postgresql']),
  /** Path of the file, or `postgresql://user@host:port/database` without a password. */
  database: z.string().min(1).max(4000),
  query: z.string().trim().min(1).max(100_000),
  /** The password of a PostgreSQL user. */
  credential,
});

/** A Croissant description (MLCommons JSON-LD) by its path or address, with the files that it names. */
export const croissantSource = z.object({
  kind: z.literal('croissant'),
  location: z.string().min(1).max(4000),
  credential,
});

export type GlobSource = z.infer<typeof globSource>;
export type UrlSource = z.infer<typeof urlSource>;
export type BucketSource = z.infer<typeof bucketSource>;
export type QuerySource = z.infer<typeof querySource>;
export type CroissantSource = z.infer<typeof croissantSource>;

/**
 * Which host a source makes Lathe speak to, to be said before it does; null where everything lies on this machine.
 * A Croissant description on this machine may name addresses itself: those are said by its driver.
 */
export function hostReached(source: { readonly kind: string }): string | null {
  switch (source.kind) {
    case 'url':
      return new URL((source as UrlSource).url).host;
    case 's3': {
      const { endpoint, region } = source as BucketSource;
      return endpoint === null ? `s3.${region}.amazonaws.com` : new URL(endpoint).host;
    }
    case 'sql': {
      const { engine, database } = source as QuerySource;
      return engine === 'postgresql' && URL.canParse(database) ? new URL(database).host || 'localhost' : null;
    }
    case 'croissant': {
      const { location } = source as CroissantSource;
      return /^https?:/i.test(location) && URL.canParse(location) ? new URL(location).host : null;
    }
    default:
      return null;
  }
}
