import { readFile } from 'node:fs/promises';
import { getEventIteratorSchemaDetails } from '@orpc/contract';
import { traverseContractProcedures } from '@orpc/server';
import { describe, expect, it } from 'vitest';
import { contract } from '../../app/contract/index.ts';
import { openApiDocument, openApiText } from '../../app/host/transports/openapi-document.ts';

interface SchemaNode {
  readonly _zod?: { readonly def: Record<string, unknown> & { readonly type: string } };
}

/** Kinds of every schema inside a schema, the items of arrays and the members of unions included. */
function kindsIn(schema: unknown, found = new Set<string>(), seen = new Set<unknown>()): Set<string> {
  if (typeof schema !== 'object' || schema === null || seen.has(schema)) return found;
  seen.add(schema);
  const def = (schema as SchemaNode)._zod?.def;
  if (def) {
    found.add(def.type);
    // What a schema checks beside its form (`refine`) changes no value.
    for (const [key, part] of Object.entries(def)) if (key !== 'checks') kindsIn(part, found, seen);
  } else if (Object.getPrototypeOf(schema) === Object.prototype || Array.isArray(schema)) {
    for (const part of Object.values(schema)) kindsIn(part, found, seen);
  }
  return found;
}

function procedures() {
  const all: { name: string; method: string; input: unknown; output: unknown; streamed: unknown }[] = [];
  traverseContractProcedures({ router: contract, path: [] }, ({ contract: procedure, path }) => {
    const { inputSchema, outputSchema, route } = procedure['~orpc'];
    const stream = getEventIteratorSchemaDetails(outputSchema);
    all.push({
      name: path.join('.'),
      method: route.method ?? 'POST',
      input: inputSchema,
      output: stream ? undefined : outputSchema,
      streamed: stream?.yields,
    });
  });
  return all;
}

// Every one of these is lost or changed without a word on at least one transport.
const lossy = ['date', 'map', 'set', 'bigint', 'nan', 'undefined', 'symbol', 'function', 'file'];

describe('the contract', () => {
  it('sees what is inside a schema', () => {
    const byName = new Map(procedures().map((procedure) => [procedure.name, procedure]));
    expect([...kindsIn(byName.get('runs.list')?.output)]).toContain('record');
    expect([...kindsIn(byName.get('models.bytes')?.output)]).toEqual(['custom']);
    expect([...kindsIn(byName.get('events.watch')?.streamed)]).toContain('object');
    expect(procedures().length).toBeGreaterThan(50);
  });

  it('holds no value that a transport would lose', () => {
    for (const { name, input, output, streamed } of procedures()) {
      const kinds = [input, output, streamed].flatMap((schema) => [...kindsIn(schema)]);
      expect([name, kinds.filter((kind) => lossy.includes(kind))]).toEqual([name, []]);
    }
  });

  it('holds a Blob only as a whole answer: inside a stream it would arrive empty', () => {
    for (const { name, input, output, streamed } of procedures()) {
      expect([name, [...kindsIn(streamed), ...kindsIn(input)].filter((kind) => kind === 'custom')]).toEqual([
        name,
        [],
      ]);
      if (kindsIn(output).has('custom')) expect([name, [...kindsIn(output)]]).toEqual([name, ['custom']]);
    }
  });

  it('is what docs/openapi.json says (npm run docs writes it anew)', async () => {
    const committed = await readFile(new URL('../../docs/openapi.json', import.meta.url), 'utf8');
    expect((await openApiText()) === committed, 'docs/openapi.json is stale: npm run docs').toBe(true);
  });

  it('has every route in the document, with an answer for success and one for failure', async () => {
    const document = (await openApiDocument()) as {
      paths: Record<string, Record<string, { operationId: string; responses: Record<string, object> }>>;
    };
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    const names = operations.map(({ operationId }) => operationId);
    const streamed: Record<string, string[]> = { 'uploads.put': ['201'], 'datasets.file': ['200', '206'] };
    expect(names.sort()).toEqual([...procedures().map(({ name }) => name), ...Object.keys(streamed)].sort());
    for (const { operationId, responses } of operations) {
      const success = streamed[operationId] ?? ['200'];
      expect([operationId, Object.keys(responses).sort()]).toEqual([operationId, [...success, 'default']]);
    }
  });
});
