import fs from 'node:fs';
import path from 'node:path';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import type { Row } from './tensors.ts';

const rowsHelp = `Write it as '{"column": value, …}'.`;

/** `--row '{"age": 41}'`: one JSON object. */
export function rowFromText(text: string): Row {
  const value = fromJson(text, 'The row');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AppError('INVALID_INPUT', 'The row is not a JSON object.', { nextStep: rowsHelp });
  }
  return value as Row;
}

/**
 * Rows of a `.json` file (a list of objects, or one), a `.jsonl` file (one object a line) or a `.csv` or `.tsv` file
 * with a header.
 */
export async function rowsFromFile(file: string): Promise<Row[]> {
  let text: string;
  try {
    text = (await fs.promises.readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    throw fromSystemError(error, file);
  }
  switch (path.extname(file).toLowerCase()) {
    case '.json': {
      const value = fromJson(text, file);
      return (Array.isArray(value) ? value : [value]) as Row[];
    }
    case '.jsonl':
      return text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map(rowFromText);
    case '.csv':
      return rowsFromDelimited(text, ',', file);
    case '.tsv':
      return rowsFromDelimited(text, '\t', file);
    default:
      throw new AppError('UNSUPPORTED', `${file} is none of .csv, .tsv, .json and .jsonl.`);
  }
}

function fromJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('DATA_MALFORMED', `${what} is not JSON: ${(error as Error).message}`, {
      nextStep: rowsHelp,
    });
  }
}

/** RFC 4180: quoted fields may hold separators, line breaks and doubled quotes. */
export function rowsFromDelimited(text: string, separator: string, file: string): Row[] {
  const lines: string[][] = [];
  let line: string[] = [];
  let field = '';
  let quoted = false;
  const endField = () => {
    line.push(field);
    field = '';
  };
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index]!;
    if (quoted) {
      if (char !== '"') field += char;
      else if (text[index + 1] === '"') {
        field += '"';
        index += 1;
      } else quoted = false;
    } else if (char === '"' && field === '') quoted = true;
    else if (char === separator) endField();
    else if (char === '\n') {
      endField();
      lines.push(line);
      line = [];
    } else if (char !== '\r') field += char;
  }
  if (field !== '' || line.length > 0) {
    endField();
    lines.push(line);
  }
  const [header, ...body] = lines;
  if (header === undefined)
    throw new AppError('DATA_MALFORMED', `${file} is empty.`, { details: { path: file } });
  return body
    .filter((cells) => cells.length > 1 || cells[0] !== '')
    .map((cells, index) => {
      if (cells.length !== header.length) {
        throw new AppError(
          'DATA_MALFORMED',
          `Row ${index + 1} of ${file} has ${cells.length} values; the header names ${header.length}.`,
          { details: { path: file, row: index + 1 } },
        );
      }
      return Object.fromEntries(header.map((name, column) => [name, cells[column]!]));
    });
}
