/** One line of a benchmark's table: what was measured, our number, and a peer's from the same run where there is one. */
export interface BenchRow {
  /** What was measured, in words a reader of the table understands. */
  what: string;
  /** Null: it was not measured, and `note` says why. */
  ours: number | null;
  /** Unit of `ours` and of `peer.value`, for example "ms", "MiB/s" or "points/s". */
  oursUnit: string;
  /** Another program that did the same work on the same machine in the same run. */
  peer?: { name: string; value: number };
  /** ours / peer, rounded by the printer; given where more of it is better or worse in a way the reader should see. */
  ratio?: number;
  /** The bound that the project set itself, for example "≤ 3×" or "≤ 200 MiB". */
  limit?: string;
  note?: string;
}

/** A benchmark: `test/bench/<name>.bench.ts` exports one as `bench`, and `npm run bench [NAME]` runs it. */
export interface Bench {
  /** The name given to `npm run bench`; equals the file's name without `.bench.ts`. */
  name: string;
  title: string;
  run(): Promise<BenchRow[]>;
}
