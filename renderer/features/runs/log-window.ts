/** A part of a log as the core gives it. */
export interface LogSlice {
  readonly text: string;
  readonly offset: number;
  readonly nextOffset: number;
  readonly sizeBytes: number;
}

/** The part of a log that the page holds: slices that follow each other without a gap. */
export interface LogWindow {
  readonly slices: readonly Pick<LogSlice, 'text' | 'offset' | 'nextOffset'>[];
  readonly sizeBytes: number;
}

/** Bytes that a page holds at most; what is farther away is let go and read again when it is wanted. */
export const windowBytes = 4_194_304;

export const emptyWindow: LogWindow = { slices: [], sizeBytes: 0 };

export function windowStart({ slices }: LogWindow): number {
  return slices[0]?.offset ?? 0;
}

export function windowEnd({ slices }: LogWindow): number {
  return slices.at(-1)?.nextOffset ?? 0;
}

/** A window that begins anew with one slice. */
export function windowOf(slice: LogSlice): LogWindow {
  return { slices: [slice], sizeBytes: slice.sizeBytes };
}

/** The window with what follows its end; a slice from elsewhere, or one without anything new, changes only the size. */
export function appended(window: LogWindow, slice: LogSlice, limit = windowBytes): LogWindow {
  const sizeBytes = Math.max(window.sizeBytes, slice.sizeBytes);
  if (slice.offset !== windowEnd(window) || slice.nextOffset === slice.offset)
    return { ...window, sizeBytes };
  const slices = [...window.slices, slice];
  while (slices.length > 1 && slice.nextOffset - slices[0]!.offset > limit) slices.shift();
  return { slices, sizeBytes };
}

/** Whether nothing lies after the window but, perhaps, the bytes of a character that is not whole yet. */
export function reachesEnd(window: LogWindow): boolean {
  return windowEnd(window) >= window.sizeBytes - 3;
}

/**
 * The window with what comes before its start. A window that begins inside a character has at most three bytes of it;
 * the slice before ends in front of that character, which is then shown as one that cannot be read.
 */
export function prepended(window: LogWindow, slice: LogSlice, limit = windowBytes): LogWindow {
  const sizeBytes = Math.max(window.sizeBytes, slice.sizeBytes);
  const gap = windowStart(window) - slice.nextOffset;
  if (gap < 0 || gap > 3 || slice.nextOffset === slice.offset) return { ...window, sizeBytes };
  const [first, ...rest] = window.slices;
  const held =
    first && gap > 0
      ? [{ ...first, offset: slice.nextOffset, text: first.text.replace(/^\ufffd{1,3}/, '\ufffd') }, ...rest]
      : window.slices;
  const slices = [slice, ...held];
  while (slices.length > 1 && slices.at(-1)!.nextOffset - slice.offset > limit) slices.pop();
  return { slices, sizeBytes };
}

/** Lines that end in the part of a window before an offset at which a slice begins. */
export function linesBefore({ slices }: LogWindow, offset: number): number {
  return slices
    .filter((slice) => slice.offset < offset)
    .reduce((count, { text }) => count + text.split('\n').length - 1, 0);
}

/** Longer lines are cut on screen; in the file they are whole. */
const lineLimit = 4000;

/** Colours and movements of a terminal mean nothing here. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const escapes = /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007]*(?:\u0007|\u001b\\)/g;

/** The lines of a window as a terminal would have left them; the last one, where it is empty, is none. */
export function windowLines({ slices }: LogWindow): readonly string[] {
  const lines = slices
    .map(({ text }) => text)
    .join('')
    .split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map(shownLine);
}

/** A line that was written over again and again (a progress bar) shows what was written last. */
function shownLine(line: string): string {
  const plain = line.includes('\u001b') ? line.replaceAll(escapes, '') : line;
  const last = plain.includes('\r') ? (plain.split('\r').findLast((part) => part !== '') ?? '') : plain;
  return last.length > lineLimit ? `${last.slice(0, lineLimit)} …` : last;
}

/** Indices of the lines in which a text occurs, whatever its case. */
export function findLines(lines: readonly string[], text: string): readonly number[] {
  const wanted = text.toLowerCase();
  if (wanted === '') return [];
  return lines.flatMap((line, index) => (line.toLowerCase().includes(wanted) ? [index] : []));
}
