import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type BrowserWindow, type Rectangle, screen } from 'electron';
import { z } from 'zod';

const bounds = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(200),
  height: z.number().int().min(200),
});

/** The window's last place, unless there is none or no screen shows it any more. */
export function readBounds(file: string): Rectangle | null {
  try {
    const saved = bounds.parse(JSON.parse(readFileSync(file, 'utf8')));
    const visible = screen.getAllDisplays().some(({ workArea }) => overlaps(saved, workArea));
    return visible ? saved : null;
  } catch {
    return null;
  }
}

/** Keep the window's place for the next start, each time it is closed. */
export function rememberBounds(window: BrowserWindow, file: string): void {
  window.on('close', () => {
    try {
      writeFileSync(`${file}.new`, JSON.stringify(window.getNormalBounds()));
      renameSync(`${file}.new`, file);
    } catch (error) {
      console.error('the place of the window could not be saved', error);
    }
  });
}

/** At least a corner that a hand can take hold of. */
function overlaps(a: Rectangle, b: Rectangle): boolean {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width >= 100 && height >= 100;
}
