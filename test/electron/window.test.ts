import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { ensureBuilt } from '../support/ensure-built.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Electron's program, without importing its package: that would start a download. */
function electronProgram(): string | null {
  const folder = path.join(root, 'node_modules/electron');
  const named = path.join(folder, 'path.txt');
  if (!existsSync(named)) return null;
  const program = path.join(
    process.env.ELECTRON_OVERRIDE_DIST_PATH ?? path.join(folder, 'dist'),
    readFileSync(named, 'utf8').trim(),
  );
  return existsSync(program) ? program : null;
}

const program = electronProgram();
const hasDisplay =
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
const missing = [
  ...(program === null ? ['Electron’s program (npx install-electron fetches it)'] : []),
  ...(hasDisplay ? [] : ['a display (xvfb-run gives one)']),
];
if (missing.length > 0) console.warn(`SKIPPED: the real Electron window; it needs ${missing.join(' and ')}.`);

describe.skipIf(missing.length > 0)('the real window', () => {
  it('shows the page, joined to the core, without Node in reach', async () => {
    ensureBuilt('host', 'renderer', 'electron');
    const workspace = mkdtempSync(path.join(os.tmpdir(), 'lathe-window-'));
    const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const electron = await _electron.launch({
      executablePath: program!,
      args: [...asRoot, root, `--user-data-dir=${path.join(workspace, 'profile')}`, '--workspace', workspace],
    });
    try {
      const window = await electron.firstWindow();
      await window.getByRole('navigation', { name: 'Pages' }).waitFor();
      await window.getByText('Try with sample data').waitFor();
      expect(window.url()).toMatch(/^lathe:\/\/app\//);
      expect(await window.evaluate('typeof require + typeof process')).toBe('undefinedundefined');
      await window.evaluate("window.open('file:///etc/passwd')");
      expect(electron.windows()).toHaveLength(1);
    } finally {
      await electron.close();
      rmSync(workspace, { recursive: true, force: true });
    }
  });
});
