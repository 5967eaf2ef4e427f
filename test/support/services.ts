import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** What some suites need of the machine, as LATHE_TEST_REQUIRE names it. */
export type Service = 'browser' | 'docker' | 'postgresql' | 'python' | 'reflink' | 'strace' | 'torch';

const INSTALL_LIMIT_MS = 9 * 60_000;

/** Whether the suites of a service may not be skipped: LATHE_TEST_REQUIRE names it. */
export function isRequired(service: Service): boolean {
  return (process.env.LATHE_TEST_REQUIRE ?? '').split(',').includes(service);
}

/**
 * Say aloud that tests are skipped.
 *
 * @param suites which tests: `tests against PostgreSQL`
 * @throws Error where the service is required
 */
export function skipAloud(service: Service, suites: string, reason: string): null {
  if (isRequired(service)) throw new Error(`LATHE_TEST_REQUIRE names ${service}: ${reason}`);
  console.warn(`skipped: ${suites} (${reason})`);
  return null;
}

/** Install packages of Debian, where root runs the tests; one test process at a time. @returns whether they are there now */
export function installPackages(...packages: readonly string[]): boolean {
  if (process.getuid?.() !== 0 || !fs.existsSync('/usr/bin/apt-get')) return false;
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  return apt(install) || (apt(['update']) && apt(install));
}

function apt(words: readonly string[]): boolean {
  const lock = path.join(os.tmpdir(), 'lathe-test-packages.lock');
  try {
    execFileSync('flock', [lock, 'apt-get', '-o', 'DPkg::Lock::Timeout=300', ...words], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: INSTALL_LIMIT_MS,
    });
    return true;
  } catch {
    return false;
  }
}
