import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../fixtures/gpu/nvidia-smi.js', import.meta.url));

type Shown = string | number | readonly (string | number)[];

export interface FakeGpu {
  readonly uuid: string;
  readonly address: string;
  readonly name: string;
  /** As the tool prints it: percent, MiB, watts, degrees, or words such as `[N/A]`; of a list each print takes the next. */
  readonly utilisation: Shown;
  readonly used: Shown;
  readonly total: string | number;
  readonly power: Shown;
  readonly temperature: Shown;
  /** Printed in the place of its row. */
  readonly words?: string;
}

export interface GpuScenario {
  readonly driver: string;
  readonly cuda: string;
  readonly gpus: readonly FakeGpu[];
  readonly processes: readonly {
    readonly gpu: string;
    readonly pid: number;
    readonly memory: string | number;
  }[];
  /** Print only this, and end. */
  readonly says?: string;
  readonly exitCode?: number;
  readonly hangs?: boolean;
  /** End after so many prints. */
  readonly diesAfter?: number;
}

export const fakeGpu = (number: number, change: Partial<FakeGpu> = {}): FakeGpu => ({
  uuid: `GPU-0000000${number}-1111-2222-3333-444444444444`,
  address: `00000000:0${number + 1}:00.0`,
  name: 'NVIDIA RTX A6000',
  utilisation: 50,
  used: 1024,
  total: 49_140,
  power: 100,
  temperature: 60,
  ...change,
});

/** A machine's `nvidia-smi` that shows what a test says; in a folder of its own, which can stand first on a PATH. */
export function fakeGpus(scenario: Partial<GpuScenario> = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-gpus-'));
  const tool = path.join(folder, 'nvidia-smi');
  const file = path.join(folder, 'scenario.json');
  function show(change: Partial<GpuScenario>) {
    const whole = { driver: '550.54.14', cuda: '12.4', gpus: [fakeGpu(0)], processes: [], ...change };
    // By rename: the tool reads it at any moment.
    fs.writeFileSync(`${file}.new`, JSON.stringify(whole));
    fs.renameSync(`${file}.new`, file);
  }
  show(scenario);
  fs.writeFileSync(tool, `#!/bin/sh\nexec "${process.execPath}" "${program}" "${file}" "$@"\n`, {
    mode: 0o755,
  });
  return {
    folder,
    tool,
    show,
    /** Processes of it so far, each with its id and arguments. */
    starts() {
      const text = fs.existsSync(`${file}.starts`) ? fs.readFileSync(`${file}.starts`, 'utf8') : '';
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => ({ pid: Number.parseInt(line, 10), args: line.slice(line.indexOf(' ') + 1) }));
    },
    dispose: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}
