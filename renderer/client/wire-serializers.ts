import { toWireNumber } from '../../app/contract/wire.ts';

interface WireSerializer {
  readonly type: number;
  condition(data: unknown): boolean;
  // oRPC hands over what `condition` let through; its own type says the same with less.
  // biome-ignore lint/suspicious/noExplicitAny: the shape that oRPC asks for
  serialize(data: any): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: the shape that oRPC asks for
  deserialize(serialized: any): unknown;
}

/**
 * The page's end of what the core does on its side: numbers that JSON lacks travel as the words of `wireNumber`, and
 * binary outside a Blob is a mistake that says so instead of turning into an object with numbered keys.
 */
export const wireSerializers: WireSerializer[] = [
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
