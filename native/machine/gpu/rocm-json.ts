import type { GpuReading } from '../../../app/kernel/ports/telemetry.ts';

/** What `rocm-smi` is asked for; each option adds keys to the object of each card. */
export const rocmArguments = [
  '--showproductname',
  '--showuniqueid',
  '--showbus',
  '--showuse',
  '--showmeminfo',
  'vram',
  '--showpower',
  '--showtemp',
  '--showdriverversion',
  '--json',
];

/**
 * What `rocm-smi <rocmArguments>` prints: `{"card0": {"GPU use (%)": "3", …}, "system": {"Driver version": "6.3.6"}}`, all
 * values strings. The words of the keys differ between releases and are told apart by their stable part. Which process
 * holds how much on which card is not among them.
 *
 * @returns null for anything else, such as the tool's words about a missing driver
 */
export function parseRocm(text: string): GpuReading[] | null {
  const cards = parseCards(text);
  if (!cards) return null;
  const driver = find(cards.system ?? {}, /^driver version$/i);
  return Object.entries(cards)
    .flatMap(([key, card]) => {
      const index = /^card(\d+)$/.exec(key)?.[1];
      return index === undefined ? [] : [toReading(Number(index), card, driver)];
    })
    .sort((one, other) => one.index - other.index);
}

type Card = Readonly<Record<string, unknown>>;

function toReading(index: number, card: Card, driver: string | null): GpuReading {
  const unique = find(card, /^unique id$/i);
  return {
    // The form in which AMD's own libraries name a device.
    id: unique !== null ? `GPU-${unique.replace(/^0x/i, '')}` : (find(card, /^pci bus$/i) ?? `card${index}`),
    index,
    vendor: 'amd',
    name:
      find(card, /^card series$/i) ??
      find(card, /^device name$/i) ??
      find(card, /^card model$/i) ??
      'AMD GPU',
    driver,
    utilisationPercent: number(find(card, /^gpu use \(%\)$/i)),
    memoryUsedBytes: number(find(card, /^vram total used memory \(b\)$/i)),
    memoryTotalBytes: number(find(card, /^vram total memory \(b\)$/i)),
    powerWatts: number(find(card, /power \(w\)$/i, /max|cap/i)),
    temperatureCelsius:
      number(find(card, /^temperature \(sensor edge\) \(c\)$/i)) ??
      number(find(card, /^temperature \(sensor junction\) \(c\)$/i)),
    processes: [],
  };
}

/** The value of the key that fits; a card without it has no such key or says `N/A`. */
function find(card: Card, key: RegExp, not?: RegExp): string | null {
  for (const [name, value] of Object.entries(card)) {
    if (!key.test(name) || not?.test(name)) continue;
    const text = String(value).trim();
    if (text !== '' && !/^(n\/a|none|unsupported)$/i.test(text)) return text;
  }
  return null;
}

const number = (text: string | null) => (text !== null && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : null);

function parseCards(text: string): Readonly<Record<string, Card>> | null {
  // Warnings may stand before the one line of JSON.
  const start = text.search(/^\{/m);
  if (start < 0) return null;
  try {
    const parsed: unknown = JSON.parse(text.slice(start));
    return isObject(parsed)
      ? Object.fromEntries(Object.entries(parsed).map(([key, card]) => [key, isObject(card) ? card : {}]))
      : null;
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
