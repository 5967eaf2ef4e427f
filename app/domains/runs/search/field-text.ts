import { AppError } from '../../../kernel/app-error.ts';
import { type Fragment, fragment } from './fragment.ts';
import { textAttributes } from './match-sql.ts';
import { PARAM_TEXT } from './param-sql.ts';
import { readField } from './read-query.ts';

/** The first data set by the name that the program knows it by, as a person writes a version. */
const FIRST_DATA = `(SELECT x.dataset_name || ' v' || x.version FROM run_inputs x WHERE x.run_id = r.id ORDER BY x.name LIMIT 1)`;

/**
 * The text that the run `r`, with its experiment as `e`, has of a field; NULL where it has none.
 *
 * @throws AppError INVALID_INPUT for a field that is unknown or whose values are numbers or times, which hardly ever are equal
 */
export function fieldText(field: string): Fragment {
  const read = readField(field);
  switch (read.kind) {
    case 'data':
      return fragment(FIRST_DATA);
    case 'param':
      return fragment(
        `(SELECT ${PARAM_TEXT} FROM run_params x WHERE x.run_id = r.id AND x.key = ?)`,
        read.key,
      );
    case 'tag':
      return fragment('(SELECT x.value FROM run_tags x WHERE x.run_id = r.id AND x.key = ?)', read.key);
    case 'attribute':
      if (read.attribute === 'status') return fragment('r.status');
      if (read.attribute in textAttributes)
        return fragment(`(${textAttributes[read.attribute as keyof typeof textAttributes]})`);
  }
  throw new AppError('INVALID_INPUT', `Runs cannot be grouped by "${field}".`, {
    nextStep:
      'Group by a parameter (params.KEY), a tag (tags.KEY), data, or a fact such as status or experiment.',
    details: { field },
  });
}
