/** A line cut into what a text marks in it and what it does not; `at` is where each part begins. */
export function markText(
  line: string,
  text: string,
): readonly { readonly part: string; readonly marked: boolean; readonly at: number }[] {
  const wanted = text.toLowerCase();
  const parts: { part: string; marked: boolean; at: number }[] = [];
  if (wanted === '') return [{ part: line, marked: false, at: 0 }];
  const low = line.toLowerCase();
  let from = 0;
  for (let at = low.indexOf(wanted); at >= 0; at = low.indexOf(wanted, from)) {
    if (at > from) parts.push({ part: line.slice(from, at), marked: false, at: from });
    from = at + wanted.length;
    parts.push({ part: line.slice(at, from), marked: true, at });
  }
  if (from < line.length) parts.push({ part: line.slice(from), marked: false, at: from });
  return parts;
}
