import { parse } from 'yaml';
import type { DataFormat, FormatFile } from '../../../app/kernel/ports/data-format.ts';
import { malformed } from '../../tables/malformed.ts';
import { damaged } from '../files/damaged.ts';
import { withFile } from '../files/file-bytes.ts';
import { baseOf, extensionOf, meantFiles, splitNamed } from '../files/names.ts';
import { readInOrder } from '../files/read-in-order.ts';
import { pictureExtensions } from '../images/picture-size.ts';
import { type TableColumn, writeTable } from '../table/write-table.ts';

const MOST_YAML_BYTES = 1024 * 1024;
const MOST_LABEL_BYTES = 4 * 1024 * 1024;

const columns: readonly TableColumn[] = [
  { name: 'file', type: 'text' },
  { name: 'split', type: 'text' },
  { name: 'label', type: 'text' },
  { name: 'class', type: 'int64' },
  { name: 'x_center', type: 'double' },
  { name: 'y_center', type: 'double' },
  { name: 'width', type: 'double' },
  { name: 'height', type: 'double' },
];

/**
 * YOLO: `data.yaml` with the classes' names, pictures in `images/` and one text file for each in `labels/` (or beside it). A row is a box;
 * a picture without one is a row without label. Numbers are fractions of the picture's size, as in the files; of an outline
 * (polygon) the box around it is given.
 */
export const yoloFormat: DataFormat = {
  name: 'yolo',
  async recognise(all) {
    const { description, labels, pictures, others } = sorted(all);
    if (!description || pictures.length === 0 || others.length > 0 || labels.size === 0) return false;
    const head = await withFile(description, (bytes) => bytes.head(0, MOST_YAML_BYTES));
    return /^names\s*:/m.test(head.toString('utf8'));
  },
  async tabulate(all, destinationPath, options) {
    const { description, labels, pictures } = sorted(all);
    const names = await classNames(description!);
    const table = await writeTable(description!.name, destinationPath, columns, options, async (sink) => {
      let index = 0;
      const read = (picture: FormatFile) =>
        boxesOf(labels.get(labelName(picture.name)) ?? labels.get(besideName(picture.name)), names);
      for await (const boxes of readInOrder(pictures, read, options.signal)) {
        const { name } = pictures[index++]!;
        const split =
          name
            .split('/')
            .map(splitNamed)
            .find((part) => part !== null) ?? null;
        if (boxes.length === 0) await sink.row([name, split]);
        for (const box of boxes) await sink.row([name, split, ...box]);
        sink.progress(index / pictures.length);
      }
    });
    return { ...table, fileColumn: 'file', labelColumn: 'label' };
  },
};

function sorted(all: readonly FormatFile[]) {
  const files = meantFiles(all);
  const yaml = files.filter(({ name }) => /^(?:[^/]+\/)?[^/]+\.ya?ml$/i.test(name));
  const description =
    yaml.find(({ name }) => /^data(set)?\.ya?ml$/i.test(baseOf(name))) ??
    (yaml.length === 1 ? yaml[0] : undefined);
  const pictures = files.filter(({ name }) => pictureExtensions.has(extensionOf(name)));
  const texts = files.filter(({ name }) => extensionOf(name) === 'txt');
  const others = files.filter(
    (file) =>
      file !== description &&
      !['txt', 'md', 'cache'].includes(extensionOf(file.name)) &&
      !pictureExtensions.has(extensionOf(file.name)),
  );
  return { description, pictures, others, labels: new Map(texts.map((file) => [file.name, file])) };
}

/** `a/labels/b.txt` for `a/images/b.jpg`: the last `images` of the path counts. */
function labelName(picture: string): string {
  const parts = picture.split('/');
  const at = parts.lastIndexOf('images');
  if (at >= 0) parts[at] = 'labels';
  return besideName(parts.join('/'));
}

const besideName = (picture: string): string => picture.replace(/\.[^./]+$/, '.txt');

/** @throws AppError DATA_MALFORMED */
async function classNames(description: FormatFile): Promise<ReadonlyMap<number, string>> {
  const content = await withFile(description, (bytes) => bytes.head(0, MOST_YAML_BYTES));
  let read: unknown;
  try {
    read = parse(content.toString('utf8'), { maxAliasCount: 10, logLevel: 'error' });
  } catch (error) {
    const { linePos, message } = error as { linePos?: readonly { line: number }[]; message: string };
    throw malformed(
      description.name,
      linePos?.[0]?.line ?? null,
      message.split('\n')[0]!,
      'Repair the file; it is YAML.',
    );
  }
  const names = (read as { names?: unknown } | null)?.names;
  if (names === null || typeof names !== 'object')
    throw damaged(description.name, null, '"names" must list the classes');
  return new Map(Object.entries(names).map(([index, name]) => [Number(index), String(name)]));
}

type Box = readonly [label: string, index: number, x: number, y: number, width: number, height: number];

async function boxesOf(
  file: FormatFile | undefined,
  names: ReadonlyMap<number, string>,
): Promise<readonly Box[]> {
  if (!file) return [];
  const text = await withFile(file, (bytes) =>
    bytes.read(0, Math.min(bytes.sizeBytes, MOST_LABEL_BYTES + 1)),
  );
  if (text.length > MOST_LABEL_BYTES)
    throw damaged(file.name, MOST_LABEL_BYTES, 'a file of labels is not that long');
  const boxes: Box[] = [];
  text
    .toString('utf8')
    .split(/\r\n|\n|\r/)
    .forEach((line, index) => {
      if (line.trim() !== '')
        boxes.push(boxOf(line.trim().split(/\s+/).map(Number), names, file.name, index + 1));
    });
  return boxes;
}

function boxOf(
  numbers: readonly number[],
  names: ReadonlyMap<number, string>,
  name: string,
  line: number,
): Box {
  const fault = (reason: string) =>
    malformed(
      name,
      line,
      reason,
      'A line is a class and four numbers (a box), or a class and pairs of numbers (an outline).',
    );
  const [index, ...places] = numbers as [number, ...number[]];
  if (!numbers.every(Number.isFinite)) throw fault('there is something else than numbers');
  if (!Number.isInteger(index) || index < 0) throw fault(`${index} is no class`);
  const label = names.get(index) ?? String(index);
  if (places.length === 4 || places.length === 5) {
    const [x, y, width, height] = places as [number, number, number, number];
    return [label, index, x, y, width, height];
  }
  if (places.length < 6 || places.length % 2 !== 0) throw fault(`${places.length} numbers follow the class`);
  const xs = places.filter((_, at) => at % 2 === 0);
  const ys = places.filter((_, at) => at % 2 === 1);
  const [left, right, top, bottom] = [
    lowest(xs),
    -lowest(xs.map((x) => -x)),
    lowest(ys),
    -lowest(ys.map((y) => -y)),
  ];
  return [label, index, (left + right) / 2, (top + bottom) / 2, right - left, bottom - top];
}

const lowest = (values: readonly number[]): number =>
  values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
