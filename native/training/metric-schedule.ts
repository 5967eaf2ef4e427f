/** Points recorded at one density before it is halved. */
const POINTS_PER_DENSITY = 512;

/**
 * Whether the mean training loss is recorded after a step: the first 512 steps each, then every second step for 512
 * points more, every fourth, and so on. Short runs have every step, a run of a million steps about 5,600 points, and
 * where a point falls depends on the step alone, so a resumed run goes on as if nothing had happened.
 *
 * @param step counted from 1
 */
export function isRecorded(step: number): boolean {
  const density = Math.floor(Math.log2((step - 1) / POINTS_PER_DENSITY + 1));
  const every = 2 ** density;
  const before = POINTS_PER_DENSITY * (every - 1);
  return (step - before) % every === 0;
}
