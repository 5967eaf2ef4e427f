import { toWireNumber } from './wire.ts';

/** The form that oRPC's `customJsonSerializers` takes. */
export interface WireSerializer {
  readonly type: number;
  condition(data: unknown): boolean;
  serialize(data: never): unknown;
  deserialize(serialized: never): unknown;
}

/**
 * Guards against silent loss, on both ends of every transport. JSON would turn an infinity into null and a typed
 * array into an object with numbered keys. Numbers that JSON lacks travel as the words of `wireNumber`; binary
 * anywhere but in a Blob is a mistake in the program and says so.
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
      throw new TypeError(`${data.constructor.name} cannot travel as JSON; return a Blob instead`);
    },
    deserialize: () => {
      throw new TypeError('binary cannot travel as JSON');
    },
  },
];
