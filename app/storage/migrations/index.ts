import { migration as kernel } from './0001-kernel.ts';
import { migration as datasets } from './0002-datasets.ts';
import { migration as runs } from './0003-runs.ts';
import { migration as models } from './0004-models.ts';
import { migration as endpoints } from './0005-endpoints.ts';
import { migration as execution } from './0006-execution.ts';
import { migration as metrics } from './0007-metrics.ts';
import { migration as tracking } from './0008-tracking.ts';
import { migration as transfer } from './0009-transfer.ts';
import { migration as search } from './0010-search.ts';
import { migration as dataVersions } from './0011-data-versions.ts';
import { migration as dataChecks } from './0012-data-checks.ts';
import { migration as dataLooks } from './0013-data-looks.ts';
import { migration as purging } from './0014-purging.ts';
import { migration as paramTexts } from './0015-param-texts.ts';
import type { Migration } from './migration.ts';

/** Every migration, in order; the position is the schema version (a test checks ids and gaps). */
export const migrations: readonly Migration[] = [
  kernel,
  datasets,
  runs,
  models,
  endpoints,
  execution,
  metrics,
  tracking,
  transfer,
  search,
  dataVersions,
  dataChecks,
  dataLooks,
  purging,
  paramTexts,
];
