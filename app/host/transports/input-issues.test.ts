import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeIssues, type InputIssue } from './input-issues.ts';

function words(schema: z.ZodType, input: unknown): string {
  return describeIssues(schema.safeParse(input).error?.issues as InputIssue[], input).message;
}

describe('words for input that does not fit', () => {
  it('name the field by its path, the value and what was expected', () => {
    const schema = z.object({ runs: z.array(z.object({ id: z.string().regex(/^x$/, 'an id is x.') })) });
    expect(words(schema, { runs: [{ id: 'x' }, { id: 'y' }] })).toBe('"runs.1.id" is "y": an id is x.');
  });

  it('say what is missing', () => {
    expect(words(z.object({ name: z.string() }), {})).toMatch(/^"name" is missing: .*string/);
    expect(words(z.object({ name: z.string() }), undefined)).toMatch(/^"input" is missing: .*object/);
  });

  it('list what each member of a union would have taken', () => {
    expect(words(z.object({ value: z.union([z.number(), z.boolean()]) }), { value: 'x' })).toMatch(
      /^"value" is "x": .*number.*, or .*boolean/,
    );
  });

  it('stop after three and say how many more there are', () => {
    const message = words(z.array(z.number()), ['a', 'b', 'c', 'd', 'e']);
    expect(message.match(/ is "/g)).toHaveLength(3);
    expect(message).toContain('2 more do not fit.');
  });

  it('cut a long value short', () => {
    expect(words(z.object({ a: z.number() }), { a: 'x'.repeat(5000) }).length).toBeLessThan(200);
  });
});
