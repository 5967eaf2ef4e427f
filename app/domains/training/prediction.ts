import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { terminalStates } from '../../contract/jobs.contract.ts';
import type { RunDetail } from '../../contract/runs.contract.ts';
import type { DoctorCheck } from '../../contract/system.contract.ts';
import type { Prediction } from '../../contract/training.contract.ts';
import { fromWireNumber } from '../../contract/wire.ts';
import { AppError } from '../../kernel/app-error.ts';
import { folderSize } from '../../storage/folder-size.ts';
import type { TrainingParts } from './training.service.ts';

/** Memory is asked for in larger steps than a trial shows, and data sets are shuffled: what is measured is taken a quarter higher. */
const MARGIN = 1.25;

/**
 * What a trial run of a few steps tells about the whole: time from the duration of a step and the number of steps that the program announced,
 * memory from the highest readings, disk from what it wrote for one checkpoint and its artifacts.
 *
 * @throws AppError CONFLICT if the run is no trial or has not ended
 */
export async function predict(
  parts: Pick<TrainingParts, 'telemetry' | 'workspace' | 'runFolder'>,
  run: RunDetail,
): Promise<Prediction> {
  if (!run.preflight || !terminalStates.includes(run.status)) {
    throw new AppError(
      'CONFLICT',
      run.preflight ? `The trial ${run.name} has not ended yet.` : `The run ${run.name} is not a trial.`,
      {
        nextStep: run.preflight ? 'Wait for it to end.' : 'Start a trial: lathe train … --preflight',
        details: { run: run.id },
      },
    );
  }
  const number = (key: string) => {
    const value = run.summary[key];
    const parsed = value === undefined || typeof value === 'boolean' ? Number.NaN : Number(value);
    return Number.isFinite(parsed) ? parsed : null;
  };
  const seconds = number('preflight/step_seconds');
  const totalSteps = number('preflight/total_steps');
  const peak = (pattern: RegExp) => {
    const peaks = Object.entries(run.systemMetrics)
      .filter(([key]) => pattern.test(key))
      .map(([, { max }]) => fromWireNumber(max))
      .filter(Number.isFinite);
    return peaks.length === 0 ? null : Math.max(...peaks);
  };
  const prediction = {
    stepMs: seconds === null ? null : seconds * 1000,
    totalSteps,
    durationMs: seconds === null || totalSteps === null ? null : seconds * 1000 * totalSteps,
    peakMemoryBytes: peak(/^system\/memory_bytes$/),
    peakGpuMemoryBytes: peak(/^system\/gpu_\d+_memory_bytes$/),
    diskBytes:
      run.artifacts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) +
      (await folderSize(path.join(parts.runFolder(run.id), 'checkpoint'))),
  };
  return { ...prediction, findings: await findingsOf(parts, run, prediction) };
}

async function findingsOf(
  parts: Pick<TrainingParts, 'telemetry' | 'workspace'>,
  run: RunDetail,
  prediction: Omit<Prediction, 'findings'>,
): Promise<DoctorCheck[]> {
  const findings: DoctorCheck[] = [];
  const add = (
    id: string,
    title: string,
    state: DoctorCheck['state'],
    value: string,
    nextStep: string | null,
  ) => findings.push({ id, title, state, value, nextStep });
  if (run.status !== 'finished')
    add(
      'trial',
      'Trial',
      'missing',
      run.failure?.message ?? `It ended as ${run.status}.`,
      run.failure?.data.nextStep ?? 'Look at its log.',
    );
  const { durationMs, peakMemoryBytes, peakGpuMemoryBytes, diskBytes } = prediction;
  const limit = run.resources.timeLimitMs;
  if (durationMs !== null && limit !== null && durationMs > limit)
    add(
      'time',
      'Time',
      'missing',
      `It would take about ${hours(durationMs)}, the limit is ${hours(limit)}.`,
      'Raise the time limit, or take fewer steps.',
    );
  const memory = run.resources.memoryBytes ?? os.totalmem();
  if (peakMemoryBytes !== null && peakMemoryBytes * MARGIN > memory)
    add(
      'memory',
      'Memory',
      'warning',
      `The trial used ${gib(peakMemoryBytes)} of ${gib(memory)}.`,
      'Give it more memory, or use smaller batches.',
    );
  if (peakGpuMemoryBytes !== null) {
    const granted = new Set(run.gpus.map(({ id }) => id));
    const gpus = await parts.telemetry.gpus().catch(() => []);
    const least = Math.min(
      ...gpus
        .filter(({ id }) => granted.has(id))
        .map(({ memoryTotalBytes }) => memoryTotalBytes ?? Number.POSITIVE_INFINITY),
    );
    if (peakGpuMemoryBytes * MARGIN > least)
      add(
        'gpu-memory',
        'GPU memory',
        'warning',
        `The trial used ${gib(peakGpuMemoryBytes)} of ${gib(least)}.`,
        'Use smaller batches, or a GPU with more memory.',
      );
  }
  const { bavail, bsize } = fs.statfsSync(parts.workspace);
  if (diskBytes !== null && diskBytes * MARGIN > bavail * bsize)
    add(
      'disk',
      'Disk',
      'missing',
      `Its outputs need ${gib(diskBytes)}; ${gib(bavail * bsize)} are free.`,
      'Free some space first.',
    );
  if (prediction.stepMs === null)
    add(
      'steps',
      'Steps',
      'warning',
      'The program logged no steps, so its time could not be predicted.',
      'Log with a step: lathe.log({…}, step=n), and say how many there will be with lathe.progress.',
    );
  const order = { missing: 0, warning: 1, ok: 2 };
  return findings.sort((a, b) => order[a.state] - order[b.state]);
}

const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
const hours = (ms: number) =>
  ms < 3_600_000 ? `${Math.ceil(ms / 60_000)} minutes` : `${(ms / 3_600_000).toFixed(1)} hours`;
