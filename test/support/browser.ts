import fs from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { skipAloud } from './services.ts';

const places = [
  process.env.LATHE_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Path of a Chromium on this machine, or null, said aloud; an error where LATHE_TEST_REQUIRE names `browser`. */
export function findBrowser(): string | null {
  const found = places.find((place) => place && fs.existsSync(place)) ?? null;
  if (found) return found;
  return skipAloud('browser', 'browser tests', 'no Chromium found; install it or set LATHE_CHROMIUM');
}

/** A Chromium of the tests' own, without a profile and without the network. */
export function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
    ],
  });
}
