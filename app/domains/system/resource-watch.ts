import type { Resources } from '../../contract/system.contract.ts';
import { Live } from '../../kernel/live.ts';
import type { Logger } from '../../kernel/logger.ts';

const EVERY_MS = 1000;

/** Load of the machine every second, measured once for all watchers and not at all while there are none. */
export function createResourceWatch(measure: () => Promise<Resources>, log: Logger) {
  const live = new Live<Resources>();
  let last: Resources | null = null;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  async function look() {
    try {
      last = await measure();
      live.emit(last);
    } catch (error) {
      log.error('measuring the load failed', error);
    }
    timer = live.watched && !closed ? setTimeout(look, EVERY_MS) : undefined;
    timer?.unref();
  }

  return {
    async *watch(signal: AbortSignal | undefined): AsyncGenerator<Resources, void, void> {
      const stream = live.iterate(signal, { first: last ? [last] : [], capacity: 1 });
      // Started a moment later, when the stream has subscribed and counts as a watcher.
      if (!timer) timer = setTimeout(look, 0);
      yield* stream;
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
