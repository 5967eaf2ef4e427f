import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BenchRow } from '../bench.ts';
import { median, skipped } from '../run-measure.ts';
import { command, diskBytes, tell, timed } from './commands.ts';
import type { VersionTool, VersionToolMaker } from './tool.ts';
import { changeOnePerCent } from './trees.ts';

const SETTLE_MS = 3000;
/** For so long ext4 makes no new file where one was deleted, and looks through all of those for each that it makes. */
const DELETED_MS = 70_000;

type Times = Map<string, number[]>;

/** What is done with a tree, in this order, by every program. */
export type Step = 'first import' | 'unchanged' | '1% changed' | 'checkout' | 'verify';

/**
 * Rows of our times beside each peer's: every program does the steps with a copy of the same tree, one program after the other, and
 * all of them again in each round.
 *
 * @param source the tree, which stays as it is
 */
export async function lifeOfATree(options: {
  readonly what: string;
  readonly source: string;
  readonly work: string;
  readonly rounds: number;
  readonly steps: readonly Step[];
  readonly ours: VersionToolMaker;
  readonly peers: readonly VersionToolMaker[];
}): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const present: VersionToolMaker[] = [options.ours];
  for (const peer of options.peers) {
    const reason = await peer.missing();
    if (reason === null) present.push(peer);
    else rows.push(skipped(`${options.what}: ${peer.name}`, reason));
  }
  const leftovers = new Leftovers(options.work, options.source);
  const times = new Map<string, Times>(present.map(({ name }) => [name, new Map()]));
  const stored = new Map<string, number>();
  let peakMiB = 0;
  for (let round = 0; round < options.rounds; round += 1) {
    for (const maker of present) {
      await leftovers.makeRoom();
      const folder = path.join(options.work, `${maker.name.toLowerCase()}-${round}`);
      fs.mkdirSync(folder, { recursive: true });
      const tool = await maker.make(folder);
      try {
        await live(tool, options, times.get(maker.name)!, round, leftovers);
        stored.set(maker.name, diskBytes(tool.storage));
        peakMiB = Math.max(peakMiB, tool.peakMiB?.() ?? 0);
      } finally {
        await tool.close();
        leftovers.add(folder);
      }
    }
  }
  leftovers.remove();
  const ofUs = times.get(options.ours.name)!;
  for (const step of options.steps) {
    for (const { name } of present.slice(1)) {
      const theirs = times.get(name)!.get(step);
      if (!theirs) continue;
      const [ours, value] = [median(ofUs.get(step)!) / 1000, median(theirs) / 1000];
      rows.push({
        what: `${options.what}: ${step}`,
        ours,
        oursUnit: 's',
        peer: { name, value },
        ratio: ours / value,
        limit: '< 1×',
      });
    }
  }
  for (const { name } of present.slice(1)) {
    const [ours, value] = [stored.get(options.ours.name)! / 2 ** 20, stored.get(name)! / 2 ** 20];
    rows.push({
      what: `${options.what}: stored`,
      ours,
      oursUnit: 'MiB',
      peer: { name, value },
      ratio: ours / value,
    });
  }
  rows.push({
    what: `${options.what}: most memory`,
    ours: peakMiB,
    oursUnit: 'MiB',
    limit: '≤ 512 MiB',
  });
  return rows;
}

async function live(
  tool: VersionTool,
  {
    what,
    source,
    steps,
  }: { readonly what: string; readonly source: string; readonly steps: readonly Step[] },
  times: Times,
  round: number,
  leftovers: Leftovers,
): Promise<void> {
  const step = async (name: Step, work: () => Promise<void>) => {
    if (!steps.includes(name)) return;
    // What an earlier step has left in memory goes to the disk first: a fast step leaves more of it for the next to wait for.
    await command('/', {}, 'sync');
    const spentMs = await timed(work);
    times.set(name, [...(times.get(name) ?? []), spentMs]);
    tell(`${what}: ${tool.name}: ${name}`, spentMs / 1000, 's');
  };
  await command('/', {}, 'cp', '-a', source, tool.tree);
  // What was written a moment ago may change again within the same tick of a clock: programs read it once more, which is not meant here.
  await delay(SETTLE_MS);
  await step('first import', () => tool.store('first'));
  await step('unchanged', () => tool.store('same'));
  if (steps.includes('1% changed')) {
    changeOnePerCent(tool.tree, 100 + round);
    await delay(SETTLE_MS);
  }
  await step('1% changed', () => tool.store('changed'));
  leftovers.moveAside(tool.restored);
  await step('checkout', () => tool.restore());
  const { verify } = tool;
  if (verify) await step('verify', () => verify());
}

/**
 * What programs leave is removed as late as the disk allows: ext4 makes new files many times more slowly for minutes after thousands of others
 * were deleted, which would count against whoever comes next.
 */
class Leftovers {
  readonly #work: string;
  readonly #neededBytes: number;
  readonly #left: string[] = [];
  #moved = 0;

  /** @param source a program needs room for some copies of it */
  constructor(work: string, source: string) {
    this.#work = work;
    this.#neededBytes = 4 * diskBytes(source);
  }

  add(folder: string): void {
    this.#left.push(folder);
  }

  moveAside(folder: string): void {
    if (!fs.existsSync(folder)) return;
    const aside = path.join(this.#work, `aside-${this.#moved++}`);
    fs.renameSync(folder, aside);
    this.add(aside);
  }

  async makeRoom(): Promise<void> {
    const { bavail, bsize } = fs.statfsSync(this.#work);
    if (bavail * bsize >= this.#neededBytes) return;
    this.remove();
    await command('/', {}, 'sync');
    await delay(DELETED_MS);
  }

  remove(): void {
    for (const folder of this.#left.splice(0)) {
      execFileSync('chmod', ['-R', 'u+w', folder]);
      fs.rmSync(folder, { recursive: true, force: true });
    }
  }
}
