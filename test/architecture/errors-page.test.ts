import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { errorTable } from '../../app/contract/errors.ts';
import { errorsPage } from './errors-page.ts';

it('docs/errors.md says what the error table says', () => {
  const file = path.resolve(import.meta.dirname, '../../docs/errors.md');
  expect(readFileSync(file, 'utf8'), 'run `npm run docs`').toBe(errorsPage());
  for (const code of Object.keys(errorTable)) expect(errorsPage()).toContain(`\`${code}\``);
});
