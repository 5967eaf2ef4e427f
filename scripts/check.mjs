/** `npm run check [STEP…]`: types, layers, style, what nobody uses (unused), and the unit tests (unit); each in one line unless it fails. */
import { spawn } from 'node:child_process';
import { main, node24, root } from './node24.mjs';
import { setUp } from './setup.mjs';

const steps = [
  ['types', ['node_modules/typescript/bin/tsc', '-b']],
  ['layers', ['test/architecture/layer-check.ts']],
  ['style', ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings']],
  ['unused', ['node_modules/knip/bin/knip.js', '--no-progress']],
  ['unit', ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', '--reporter=dot']],
];

function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(node24(), args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (text) => {
      output += text;
    });
    child.stderr.on('data', (text) => {
      output += text;
    });
    child.once('error', reject);
    child.once('exit', (code) => resolve({ passed: code === 0, output }));
  });
}

await main(async () => {
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((each) => !steps.some(([name]) => name === each));
  if (unknown !== undefined) {
    console.error(
      `There is no check "${unknown}".\n→ Name some of ${steps.map(([name]) => name).join(', ')}.`,
    );
    return 2;
  }
  await setUp({ targets: [] });
  let failures = 0;
  for (const [name, args] of steps) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const since = Date.now();
    const { passed, output } = await run(args);
    console.log(`${passed ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - since) / 1000).toFixed(1)} s)`);
    if (!passed) console.log(output.trim());
    failures += passed ? 0 : 1;
  }
  return failures > 0 ? 1 : 0;
});
