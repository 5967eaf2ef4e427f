import type { StandardRPCCustomJsonSerializer } from '@orpc/client/standard';
import { toWireNumber } from '../../app/contract/wire.ts';

/**
 * The page's end of what the core does on its side: numbers that JSON lacks travel as the words of `wireNumber`, and
 * binary outside a Blob is a mistake that says so instead of turning into an object with numbered keys.
 */
export const wireSerializers: StandardRPCCustomJsonSerializer[] = [
  {
    type: 20,
    condition: (data) => typeof data === 'number' && !Number.isFinite(data),
    serialize: (data: number) => toWireNumber(data),
    deserialize: (word: string) => word,
  },
  {
    type: 21,
    condition: (data) => ArrayBuffer.isView(data) || data instanceof ArrayBuffer,
    serialize: (data: object) => {
      throw new TypeError(`${data.constructor.name} cannot travel as JSON; send a Blob instead`);
    },
    deserialize: () => {
      throw new TypeError('binary cannot travel as JSON');
    },
  },
];
