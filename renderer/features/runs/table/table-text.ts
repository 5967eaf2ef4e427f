/** A table to be written for other programs: the head, whether a column is of numbers, and the rows. */
export interface TextTable {
  readonly columns: readonly { readonly title: string; readonly numeric: boolean }[];
  readonly rows: readonly (readonly string[])[];
}

export type TextFormat = 'csv' | 'markdown' | 'latex';

export function tableText(table: TextTable, format: TextFormat): string {
  return { csv: csvText, markdown: markdownText, latex: latexText }[format](table);
}

/** CSV as in RFC 4180, with line ends that every tool takes. */
export function csvText({ columns, rows }: TextTable): string {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return lines([columns.map(({ title }) => title), ...rows].map((row) => row.map(cell).join(',')));
}

/** A table of GitHub's Markdown; numbers to the right. */
export function markdownText({ columns, rows }: TextTable): string {
  const cell = (text: string) => text.replace(/[\\|`*_<>[\]]/g, '\\$&').replace(/\s*[\r\n]+\s*/g, ' ');
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return lines([
    line(columns.map(({ title }) => cell(title))),
    line(columns.map(({ numeric }) => (numeric ? '---:' : '---'))),
    ...rows.map((row) => line(row.map(cell))),
  ]);
}

/** A tabular for LaTeX with the rules of the package booktabs. */
export function latexText({ columns, rows }: TextTable): string {
  const line = (cells: readonly string[]) => `    ${cells.map(latexCell).join(' & ')} \\\\`;
  return lines([
    `\\begin{tabular}{${columns.map(({ numeric }) => (numeric ? 'r' : 'l')).join('')}}`,
    '    \\toprule',
    line(columns.map(({ title }) => title)),
    '    \\midrule',
    ...rows.map(line),
    '    \\bottomrule',
    '\\end{tabular}',
  ]);
}

const latexWords: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': '\\textquotedbl{}',
  '−': '$-$',
  '±': '$\\pm$',
  '×': '$\\times$',
  '∞': '$\\infty$',
  '–': '--',
};

function latexCell(text: string): string {
  return text
    .replace(/[\\~^<>|"−±×∞–&%$#_{}]/g, (char) => latexWords[char] ?? `\\${char}`)
    .replace(/\s*[\r\n]+\s*/g, ' ');
}

const lines = (parts: readonly string[]): string => `${parts.join('\n')}\n`;
