import type { Resources } from '../../app/contract/system.contract.ts';

/** What a GPU does now, in words with units; only what it tells. */
export function gpuReadings(gpu: Resources['gpus'][number]): readonly string[] {
  const { utilisationPercent, temperatureCelsius, powerWatts } = gpu;
  return [
    utilisationPercent === null ? null : `${Math.round(utilisationPercent)} %`,
    temperatureCelsius === null ? null : `${Math.round(temperatureCelsius)} °C`,
    powerWatts === null ? null : `${Math.round(powerWatts)} W`,
  ].filter((words) => words !== null);
}
