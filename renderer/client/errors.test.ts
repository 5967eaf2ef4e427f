import { ORPCError } from '@orpc/client';
import { describe, expect, it } from 'vitest';
import { type ErrorCode, errorTable } from '../../app/contract/errors.ts';
import { errorWords } from './errors.ts';

describe('an error on screen', () => {
  it.each(Object.keys(errorTable) as ErrorCode[])('%s has the title and cure of the table', (code) => {
    const words = errorWords(new ORPCError(code, { message: 'What happened.' }));
    expect(words).toMatchObject({ code, title: errorTable[code].title, message: 'What happened.' });
    expect(words.nextStep).toBe(errorTable[code].nextStep);
  });

  it('prefers the cure of the place that threw, and copies the facts', () => {
    const words = errorWords(
      new ORPCError('DATA_MALFORMED', {
        message: 'Line 7 has 3 fields.',
        data: { nextStep: 'Add the fourth field.', details: { line: 7 }, incidentId: 'a1' },
      }),
    );
    expect(words.nextStep).toBe('Add the fourth field.');
    expect(words.details).toBe(
      'DATA_MALFORMED: Line 7 has 3 fields.\nAdd the fourth field.\nline: 7\nincident: a1',
    );
  });

  it('reads the failure of a job as it reads what was thrown', () => {
    const failure = { code: 'DISK_FULL', message: 'Full.', data: { nextStep: 'Free 2 GB.', details: {} } };
    expect(errorWords(failure)).toMatchObject({ code: 'DISK_FULL', nextStep: 'Free 2 GB.' });
  });

  it('calls anything else a mistake of Lathe', () => {
    expect(errorWords(new TypeError('x is undefined')).code).toBe('BUG');
    expect(errorWords('broken').message).toBe('broken');
  });
});
