import { expect, it } from 'vitest';
import { objectName } from '../../../app/contract/ids.ts';
import { nameFromFile } from './file-name.ts';

it.each([
  ['/data/my table.csv.gz', 'my table'],
  ['C:\\work\\Messung 3.parquet', 'Messung 3'],
  ['/data/photos/', 'photos'],
  ['.hidden@home.csv', 'hidden-home'],
])('%s becomes the name %s', (file, name) => {
  expect(nameFromFile(file)).toBe(name);
  expect(objectName.safeParse(name).success).toBe(true);
});
