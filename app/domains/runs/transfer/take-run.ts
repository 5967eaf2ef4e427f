import { atOnce, unlimited } from '../../../contract/execution.ts';
import { objectName, type ProjectId, type RunId } from '../../../contract/ids.ts';
import type { JobState } from '../../../contract/jobs.contract.ts';
import type { Core } from '../../../kernel/core.ts';
import type { ImportedBatch, ImportedRun } from '../../../kernel/ports/run-transfer.ts';
import { addDatasets } from '../tracking/run-datasets.ts';
import { fitBatch } from './fit-batch.ts';
import { createKnownPoints } from './known-points.ts';
import type { RunIntake } from './run-intake.ts';
import type { SourceRepository } from './source.repository.ts';
import { sourceRunId } from './source-run-id.ts';
import { storeArtifacts, storeOutput } from './store-batch.ts';

/** A source that tells no end is taken as running so long after its last word, while it is followed. */
const QUIET_MS = 10 * 60_000;

export interface TakeRequest {
  readonly format: string;
  readonly path: string;
  readonly projectId: ProjectId;
  readonly experiment: string | undefined;
  readonly following: boolean;
}

export interface TakenRun {
  readonly id: RunId;
  /** Known once something of the run is stored. */
  name: string;
  readonly isNew: boolean;
  readonly tellsEnd: boolean;
  points: number;
  artifacts: number;
  readonly notes: string[];
}

export interface TakeParts {
  readonly core: Core;
  readonly intake: RunIntake;
  readonly sources: SourceRepository;
}

/** Another import stored a part of this run meanwhile; reading goes on from where that one came to. */
class Overtaken extends Error {}

/**
 * Take what is new of a run into the workspace. Each batch and the position after it are one transaction, so a kill or a cancel between two
 * leaves a run that the next import completes.
 *
 * @param onBatch called after each stored batch with what was added by then; the same object each time
 * @returns what was added, or the reason why the run was not taken
 */
export async function takeRun(
  parts: TakeParts,
  run: ImportedRun,
  request: TakeRequest,
  signal: AbortSignal,
  onBatch: (taken: TakenRun, newPoints: number, fraction: number) => void,
): Promise<TakenRun | { readonly skipped: string }> {
  const { core, intake, sources } = parts;
  const { format } = request;
  const { repository } = intake;
  const id =
    sources.runOf(format, run.identities) ??
    run.id ??
    sourceRunId(format, run.identities[0], run.startedAt ?? 0);
  const before = repository.byIds([id])[0];
  if (before && before.target !== 'imported') return { skipped: 'it is a run of this workspace already' };
  if (before && before.deletedAt !== null) {
    return { skipped: `it was deleted here; bring it back with: lathe run restore ${id}` };
  }
  const taken: TakenRun = {
    id,
    name: before?.name ?? '',
    isNew: before === undefined,
    tellsEnd: run.tellsEnd,
    points: 0,
    artifacts: 0,
    notes: [],
  };
  while (true) {
    try {
      await readOn();
      break;
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
    }
  }
  taken.name = core.database.transaction(() => insertIfNew(parts, run, id, request));
  if (taken.points > 0 && !request.following) intake.metrics.settle(id);
  return taken;

  async function readOn(): Promise<void> {
    let position = sources.position(id, format);
    // A run that came another way, in a bundle for example, may hold any part of what its source says.
    const unplaced = position === null && before !== undefined;
    let known: ReturnType<typeof createKnownPoints> | undefined;
    const begun = new Set<string>();
    for await (const batch of run.read(position, signal)) {
      const anew = unplaced || batch.compare === true;
      if (anew) known ??= createKnownPoints(intake.metrics, id);
      const artifacts = await storeArtifacts(core, intake, id, batch, { anew, begun }, signal);
      await storeOutput(core.folders.run(id), batch);
      signal.throwIfAborted();
      const fitting = fitBatch(batch);
      const points = known ? known.unknown(fitting.points) : fitting.points;
      core.database.transaction(() => {
        if (sources.position(id, format) !== position) throw new Overtaken();
        taken.name = insertIfNew(parts, run, id, request);
        sources.link(format, run.identities, id);
        intake.metrics.append(id, points);
        for (const [key, value] of Object.entries(fitting.params)) repository.setParam(id, key, value);
        for (const [key, value] of Object.entries(fitting.tags)) repository.setTag(id, key, value);
        for (const row of artifacts.rows) repository.putArtifact(id, row);
        addDatasets(core, id, fitting.datasets);
        mergeFacts(intake, id, fitting);
        changeState(parts, id, batch, run, request.following);
        sources.setPosition(id, format, batch.position, request.path, core.clock.now());
      });
      position = batch.position;
      taken.points += points.length;
      taken.artifacts += artifacts.rows.length;
      taken.notes.push(...(batch.notes ?? []), ...artifacts.notes, ...fitting.notes);
      if (points.length > 0) intake.recorded(id, points);
      onBatch(taken, points.length, batch.fraction ?? 1);
    }
  }
}

/** @returns the run's name here */
function insertIfNew({ core, intake }: TakeParts, run: ImportedRun, id: RunId, request: TakeRequest): string {
  const { repository } = intake;
  const known = repository.statusOf(id);
  if (known) return known.name;
  const name = intake.freeName(request.projectId, run.name.trim().slice(0, 200) || 'imported');
  const createdAt = run.startedAt ?? core.clock.now();
  repository.insert({
    id,
    projectId: request.projectId,
    experimentId: intake.experimentId(
      request.projectId,
      request.experiment ?? experimentName(run.experiment),
    ),
    name,
    color: intake.nextColor(request.projectId),
    template: 'imported',
    target: 'imported',
    params: {},
    tags: {},
    inputs: [],
    environment: {},
    parentRunId: null,
    reproducesRunId: null,
    preflight: false,
    recipe: null,
    code: null,
    resources: unlimited,
    scheduling: atOnce,
    checks: [],
    createdAt,
  });
  repository.change(id, {
    status: run.tellsEnd ? 'lost' : 'finished',
    startedAt: createdAt,
    endedAt: createdAt,
  });
  core.events.append('run.imported', { kind: 'run', id }, { name, format: request.format });
  return name;
}

/** The source's name as far as it is one here: what a name may not hold becomes `-`. */
export function experimentName(wished: string | null): string {
  const mended = (wished ?? '')
    .replace(/[^\p{L}\p{N} ._-]+/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, 100)
    .trim();
  return objectName.safeParse(mended).success ? mended : 'imported';
}

function mergeFacts(
  { repository }: RunIntake,
  id: RunId,
  { summary, environment }: Pick<ReturnType<typeof fitBatch>, 'summary' | 'environment'>,
): void {
  const hasSummary = Object.keys(summary).length > 0;
  const hasEnvironment = Object.keys(environment).length > 0;
  if (!hasSummary && !hasEnvironment) return;
  const known = repository.byIds([id])[0]!;
  repository.change(id, {
    ...(hasSummary && { summary: { ...known.summary, ...summary } }),
    ...(hasEnvironment && { environment: { ...known.environment, ...environment } }),
  });
}

/** A run that its source calls running is running only while it is followed; otherwise nobody would ever see its end. */
function changeState(
  { core, intake }: TakeParts,
  id: RunId,
  { status, startedAt, endedAt }: ImportedBatch,
  { tellsEnd }: ImportedRun,
  following: boolean,
): void {
  const quiet = core.clock.now() - (endedAt ?? 0) > QUIET_MS;
  let state: JobState | undefined = status;
  if (!tellsEnd) state ??= following && !quiet ? 'running' : 'finished';
  const open = state === 'running' || state === 'queued';
  intake.repository.change(id, {
    ...(state !== undefined && { status: open ? (following ? 'running' : 'lost') : state }),
    ...(startedAt !== undefined && { startedAt }),
    ...(open && following ? { endedAt: null } : endedAt !== undefined && { endedAt }),
  });
}
