import fs from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunId } from '../../app/contract/ids.ts';
import { createRunTelemetry } from '../../app/domains/runs/telemetry/run-telemetry.ts';
import { readProcess } from '../../app/executors/process/process-table.ts';
import { systemClock } from '../../app/kernel/clock.ts';
import { createTelemetry } from '../../native/machine/telemetry.ts';
import { fakeGpu, fakeGpus } from '../support/fake-gpus.ts';
import { ProgramBench } from '../support/program-bench.ts';
import type { BenchRow } from './bench.ts';
import { openRunCore } from './run-core.ts';

const SETTLE_MS = 5000;
/** The programs end by themselves even if nobody is left to end them. */
const SPARE_SECONDS = 60;
const gpu = { id: fakeGpu(0).uuid, index: 0, vendor: 'nvidia' } as const;

/**
 * What sampling once a second costs the process of the core, as a share of one processor core. Call it first: garbage that other
 * work left would be counted in.
 */
export async function telemetryRows(seconds: number): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const programs of [1, 4]) rows.push(await telemetryRow(programs, seconds));
  return rows;
}

async function telemetryRow(count: number, seconds: number): Promise<BenchRow> {
  const tool = fakeGpus();
  const programs = new ProgramBench();
  const store = openRunCore();
  const machine = createTelemetry({ tools: { nvidiaSmi: tool.tool } });
  const telemetry = createRunTelemetry({
    telemetry: machine,
    clock: systemClock,
    log: store.core.log,
    record: (run, points) => store.core.database.transaction(() => store.metrics.append(run, points)),
    energy: (run, wattHours, sampledMs) => store.repository.addEnergy(run, wattHours, sampledMs),
  });
  const runs: RunId[] = [];
  try {
    for (let started = 0; started < count; started += 1) {
      const id = store.addRun();
      runs.push(id);
      const { handle, folder } = await programs.start({
        command: ['sleep', String(seconds + SPARE_SECONDS)],
      });
      telemetry.watch({
        id,
        startedAt: Date.now(),
        usage: () => programs.executor.usage(handle, folder),
        gpus: [gpu],
        local: true,
      });
    }
    await delay(SETTLE_MS);
    const before = { own: process.cpuUsage(), tool: childrenMs(tool.starts()), at: performance.now() };
    await delay(seconds * 1000);
    const own = process.cpuUsage(before.own);
    const spentMs = performance.now() - before.at;
    const toolMs = childrenMs(tool.starts()) - before.tool;
    for (const series of store.metrics.summaries(runs).values())
      for (const key of ['system/cpu_percent', 'system/gpu_0_percent'])
        if ((series[key]?.points ?? 0) < seconds / 2) throw new Error(`${key} was hardly sampled`);
    const percent = (ms: number) => (100 * ms) / spentMs;
    return {
      what: `telemetry of ${count} running ${count === 1 ? 'program' : 'programs'} and 1 GPU, ${seconds} s`,
      ours: percent((own.user + own.system) / 1000),
      oursUnit: '% of a core',
      limit: '< 1 %',
      ...(process.platform === 'linux' && {
        note: `and ${percent(toolMs).toFixed(2)} % in the scripted nvidia-smi, which is a Node script; ${processCount()} processes on the machine`,
      }),
    };
  } finally {
    telemetry.close();
    machine.close();
    await programs.close();
    store.close();
    tool.dispose();
  }
}

/** Processor time of those of these processes that live, and of all children of this process that have ended; Linux only. */
function childrenMs(tools: readonly { readonly pid: number }[]): number {
  const living = tools.reduce((sum, { pid }) => sum + (readProcess(pid)?.cpuMs ?? 0), 0);
  const own = process.resourceUsage();
  const withEnded = readProcess(process.pid)?.cpuMs ?? 0;
  return living + withEnded - (own.userCPUTime + own.systemCPUTime) / 1000;
}

const processCount = () => fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
