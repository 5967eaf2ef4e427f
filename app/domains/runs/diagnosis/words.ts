/** `8 GiB`, `512 MiB`, `3.5 GiB` */
export function bytesInWords(bytes: number): string {
  const [size, unit] = bytes >= 2 ** 30 ? [bytes / 2 ** 30, 'GiB'] : [bytes / 2 ** 20, 'MiB'];
  return `${Number(size.toFixed(1))} ${unit}`;
}

/** `1 h 30 min`, `45 s`: the two largest parts. */
export function spanInWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).slice(0, 2);
  return said.length === 0 ? `${ms} ms` : said.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

/** Somebody else's words, short enough for a sentence and without a full stop at their end. */
export function quoted(text: string, most = 300): string {
  const line = text.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}
