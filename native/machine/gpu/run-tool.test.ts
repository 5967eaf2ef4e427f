import { describe, expect, it, vi } from 'vitest';
import { startLineProcess } from './line-process.ts';
import { runTool } from './run-tool.ts';

const node = process.execPath;

describe('a tool that cannot be started', () => {
  it('is ended in the same moment without a signal to anybody else', async () => {
    // A signal to process 0 would end this very process; the handler keeps it alive to tell.
    const caught = vi.fn();
    process.on('SIGTERM', caught);
    try {
      const stop = new AbortController();
      const answer = runTool('/nonexistent/tool', [], 5000, stop.signal);
      stop.abort();
      expect(await answer).toMatchObject({ exitCode: null, stdout: '' });
      const ended = vi.fn();
      const lines = startLineProcess('/nonexistent/tool', [], { line: () => {}, end: ended });
      lines.end();
      await vi.waitUntil(() => ended.mock.calls.length > 0, { timeout: 10_000 });
      expect(ended).toHaveBeenCalledExactlyOnceWith({ exitCode: null, system: 'ENOENT' });
      expect(caught).not.toHaveBeenCalled();
    } finally {
      process.off('SIGTERM', caught);
    }
  });
});

describe('a tool that runs', () => {
  it('gives what it printed and its exit code', async () => {
    const program = 'console.log(process.env.LC_ALL); console.error("words"); process.exitCode = 9';
    expect(await runTool(node, ['-e', program], 20_000)).toEqual({
      stdout: 'C\n',
      stderr: 'words\n',
      exitCode: 9,
      system: null,
    });
  });

  it('is ended when it takes too long, and when nobody waits any more', async () => {
    const hang = ['-e', 'setInterval(() => {}, 1000)'];
    expect(await runTool(node, hang, 300)).toMatchObject({ exitCode: null });
    const stop = new AbortController();
    const answer = runTool(node, hang, 60_000, stop.signal);
    stop.abort();
    expect(await answer).toMatchObject({ exitCode: null });
  });

  it('is heard line by line, the last one too, whatever the pieces are', async () => {
    const program =
      'process.stdout.write("one\\r\\ntw"); setTimeout(() => process.stdout.write("o\\n\\nthree"), 50)';
    const lines: string[] = [];
    const exitCode = await new Promise((resolve) =>
      startLineProcess(node, ['-e', program], {
        line: (line) => lines.push(line),
        end: (how) => resolve(how.exitCode),
      }),
    );
    expect(lines).toEqual(['one', 'two', 'three']);
    expect(exitCode).toBe(0);
  });
});
