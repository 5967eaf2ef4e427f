/** A dataset's name from a file's or folder's: `/data/my table.csv.gz` becomes `my table`. */
export function nameFromFile(file: string): string {
  const last = file.split(/[/\\]/).filter(Boolean).at(-1) ?? '';
  return last
    .replace(/(\.[a-z0-9]{1,8}){1,2}$/i, '')
    .replaceAll(/[^\p{L}\p{N} ._-]+/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, 100)
    .trim();
}
