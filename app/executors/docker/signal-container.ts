import type { Engine } from './engine.ts';
import { statusOf, wordsOf } from './engine-errors.ts';

/** Send a signal to a container's program; one that has ended or is gone is fine. A paused one is let go first, else it would wait for ever. */
export async function signalContainer(
  engine: Engine,
  id: string,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<void> {
  const send = () => engine.ask(({ docker }) => docker.getContainer(id).kill({ signal }));
  try {
    await send();
  } catch (error) {
    if (statusOf(error) === null) throw error;
    if (/paused/i.test(wordsOf(error))) {
      await engine.ask(({ docker }) => docker.getContainer(id).unpause()).catch(() => undefined);
      await send();
    } else if (
      statusOf(error) !== 404 &&
      !/not running|not.*running|is stopped|can only kill running/i.test(wordsOf(error))
    )
      throw error;
  }
}
