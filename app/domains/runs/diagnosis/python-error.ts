/** The exception that ended a Python program. */
export interface PythonError {
  /** With its module where Python prints it: `torch.OutOfMemoryError`. */
  readonly type: string;
  /** First line of what it says, may be empty. */
  readonly message: string;
  /** `train.py:42`, the innermost line of the program's own code, else of a package; null where Python names none. */
  readonly place: string | null;
  /** All that was printed from the first error on that led to this one. */
  readonly text: string;
}

const HEADER = /Traceback \(most recent call last\):\s*$/;
const FRAME = /^\s+File "(.+)", line (\d+)/;
const EXCEPTION = /^([A-Za-z_][\w.]*)(?::\s?(.*))?$/;
const LED_TO = /^(During handling of the above exception|The above exception was the direct cause)/;
/** Raised by programs that start other programs: the reason is what those printed before. */
const MESSENGERS =
  /(^|\.)(ChildFailedError|CalledProcessError|ProcessExitedException|ProcessRaisedException)$/;
const PACKAGE = /(^|[\\/])(site-packages|dist-packages|lib[\\/]python\d[\d.]*)[\\/]|^</;
const SYNTAX = /^(SyntaxError|IndentationError|TabError)(?::\s?(.*))?$/;

/** Lines without colours, without what a progress bar overwrote and without what marks whose line it is. */
export function cleanLines(output: string): string[] {
  const inGroups = output.includes('Exception Group Traceback');
  return (
    output
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of
      .replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '')
      .replace(/\r\n/g, '\n')
      .split('\n')
      .map((line) => line.slice(line.lastIndexOf('\r', line.length - 2) + 1))
      .map((line) => line.replace(/^\[(default|rank)\d+\]:\s?/, ''))
      .map((line) => (inGroups ? line.replace(/^\s+[|+] /, '') : line))
  );
}

/** The last exception that Python printed, past those that only pass another one on; null where there is none. */
export function lastPythonError(lines: readonly string[]): PythonError | null {
  const headers = lines.flatMap((line, index) =>
    HEADER.test(line) && !lines[index - 1]?.startsWith('Exception ignored') ? [index] : [],
  );
  const errors = headers.flatMap((header) => readError(lines, header) ?? []);
  const chosen = errors.findLastIndex(({ type }) => !MESSENGERS.test(type));
  const error = errors[chosen === -1 ? errors.length - 1 : chosen];
  if (!error) return syntaxError(lines);
  let first = errors.indexOf(error);
  while (first > 0 && ledTo(lines, errors[first - 1]!.end, errors[first]!.start)) first -= 1;
  const { type, message, frames } = error;
  return { type, message, place: placeOf(frames), text: lines.slice(errors[first]!.start).join('\n') };
}

/** Where a program stood that crashed outside of Python, as `faulthandler` prints it. */
export function crashPlace(lines: readonly string[]): string | null {
  const header = lines.findLastIndex((line) => /\(most recent call first\):\s*$/.test(line));
  if (header === -1) return null;
  const frames: Frame[] = [];
  for (const line of lines.slice(header + 1)) {
    const frame = readFrame(line);
    if (!frame) break;
    frames.unshift(frame);
  }
  return placeOf(frames);
}

interface Frame {
  readonly file: string;
  readonly line: string;
}

function readFrame(line: string): Frame | null {
  const found = FRAME.exec(line);
  return found && { file: found[1]!, line: found[2]! };
}

function readError(lines: readonly string[], header: number) {
  const frames: Frame[] = [];
  for (let index = header + 1; index < lines.length; index++) {
    const line = lines[index]!;
    const frame = readFrame(line);
    if (frame) frames.push(frame);
    if (frame || /^\s/.test(line) || line === '') continue;
    const [, type, said = ''] = EXCEPTION.exec(line) ?? [];
    if (type === undefined) return null;
    return { start: header, end: index, type, message: wholeMessage(said, lines.slice(index + 1)), frames };
  }
  return null;
}

/** "Error(s) in loading state_dict:" says nothing without the line that follows. */
function wholeMessage(said: string, following: readonly string[]): string {
  if (said !== '' && !said.endsWith(':')) return said.trim();
  const next = following[0]?.trim() ?? '';
  return HEADER.test(next) ? said.trim() : `${said} ${next}`.trim();
}

function ledTo(lines: readonly string[], end: number, start: number): boolean {
  return lines.slice(end + 1, start).some((line) => LED_TO.test(line));
}

/** A mistake in the very file that was started comes without a traceback. */
function syntaxError(lines: readonly string[]): PythonError | null {
  const index = lines.findLastIndex((line) => SYNTAX.test(line));
  if (index === -1) return null;
  const [, type = '', message = ''] = SYNTAX.exec(lines[index]!)!;
  const at = lines.slice(0, index).findLastIndex((line) => FRAME.test(line));
  if (at === -1) return null;
  return { type, message, place: placeOf([readFrame(lines[at]!)!]), text: lines.slice(at).join('\n') };
}

function placeOf(frames: readonly Frame[]): string | null {
  const frame = frames.findLast(({ file }) => !PACKAGE.test(file)) ?? frames.at(-1);
  if (!frame) return null;
  const file = frame.file.replace(/^.*[\\/]runs[\\/][0-9a-f]{32}[\\/]code[\\/]|^\/lathe\/code\//, '');
  return `${file}:${frame.line}`;
}
