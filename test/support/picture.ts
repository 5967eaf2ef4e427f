import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';

const images = path.join(import.meta.dirname, '../../docs/images');

/**
 * Take a picture for the guides where LATHE_PICTURES asks for that. The paths of this machine are no part of a picture for others.
 *
 * @param folder what stands in the picture as `~/Lathe`
 * @param others further paths, and what stands for them
 */
export async function takePicture(
  page: Page,
  folder: string,
  name: string,
  others: Readonly<Record<string, string>> = {},
): Promise<void> {
  await page.waitForTimeout(400);
  if (!process.env.LATHE_PICTURES) return;
  await page.evaluate(
    ({ own, home, name, others }) => {
      const hidden = (text: string) =>
        Object.entries(others)
          .reduce((so, [path, shown]) => so.replaceAll(path, shown), text)
          .replaceAll(own, '~/Lathe')
          .replaceAll(home, '~')
          .replaceAll(name, 'Lathe');
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const text = hidden(node.nodeValue ?? '');
        if (text !== node.nodeValue) node.nodeValue = text;
      }
      for (const input of document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(
        'input, textarea',
      )) {
        if (hidden(input.value) !== input.value) input.value = hidden(input.value);
      }
    },
    { own: folder, home: os.homedir(), name: path.basename(folder), others },
  );
  await page.screenshot({ path: path.join(images, `${name}.png`) });
}
