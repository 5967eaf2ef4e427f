import type { RunId } from '../../../contract/ids.ts';
import type { ImportFormat, TransferredRuns } from '../../../contract/transfer.contract.ts';
import type { TakenRun } from './take-run.ts';

const MOST_NAMED = 1000;

/** A run over all passes: what earlier ones added, and the latest, which may still grow. */
interface Entry {
  readonly isNew: boolean;
  points: number;
  artifacts: number;
  readonly notes: Set<string>;
  latest: TakenRun;
}

/** Sums up what was taken, over all passes and also where the last one was broken off. */
export function createTally(format: ImportFormat) {
  const entries = new Map<RunId, Entry>();
  const skipped = new Map<string, string>();
  const modelNotes = new Set<string>();
  let modelVersions = 0;

  const totalsOf = ({ isNew, points, artifacts, latest }: Entry) => ({
    id: latest.id,
    name: latest.name,
    isNew,
    points: points + latest.points,
    artifacts: artifacts + latest.artifacts,
  });

  return {
    /** @param run may be added again while it grows */
    add(run: TakenRun): void {
      const entry = entries.get(run.id);
      if (entry === undefined) {
        entries.set(run.id, { isNew: run.isNew, points: 0, artifacts: 0, notes: new Set(), latest: run });
      } else if (entry.latest !== run) {
        entry.points += entry.latest.points;
        entry.artifacts += entry.latest.artifacts;
        keepNotes(entry);
        entry.latest = run;
      }
    },
    skip: (name: string, reason: string) => void skipped.set(name, reason),
    addModels(versions: number, notes: readonly string[]): void {
      modelVersions += versions;
      for (const note of notes) if (modelNotes.size < MOST_NAMED) modelNotes.add(note);
    },
    /** Whether the source of each run says when it ended. */
    ofEnds: (): ReadonlyMap<RunId, boolean> =>
      new Map([...entries].map(([id, { latest }]) => [id, latest.tellsEnd])),
    result(): TransferredRuns {
      const runs = [...entries.values()].map(totalsOf);
      for (const entry of entries.values()) keepNotes(entry);
      return {
        format,
        runs: runs.slice(0, MOST_NAMED),
        newRuns: total(runs, ({ isNew }) => Number(isNew)),
        knownRuns: total(runs, ({ isNew }) => Number(!isNew)),
        points: total(runs, ({ points }) => points),
        artifacts: total(runs, ({ artifacts }) => artifacts),
        modelVersions,
        skipped: [...skipped].slice(0, MOST_NAMED).map(([name, reason]) => ({ name, reason })),
        notes: [...entries.values()]
          .flatMap(({ latest, notes }) => [...notes].map((note) => `${latest.name}: ${note}`))
          .concat(...modelNotes)
          .slice(0, MOST_NAMED),
      };
    },
  };
}

function keepNotes({ notes, latest }: Entry): void {
  for (const note of latest.notes) if (notes.size < MOST_NAMED) notes.add(note);
}

const total = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((sum, item) => sum + of(item), 0);
