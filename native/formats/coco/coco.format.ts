import type { DataFormat, FormatFile } from '../../../app/kernel/ports/data-format.ts';
import { damaged } from '../files/damaged.ts';
import { withFile } from '../files/file-bytes.ts';
import { baseOf, extensionOf, folderOf, meantFiles, splitNamed } from '../files/names.ts';
import { pictureExtensions } from '../images/picture-size.ts';
import { type ReportingSink, type TableColumn, type TableValue, writeTable } from '../table/write-table.ts';
import { jsonSections } from './json-sections.ts';

const HEAD_BYTES = 64 * 1024;
const MOST_DESCRIPTIONS = 100;

interface Image {
  readonly file: string;
  readonly width: number | null;
  readonly height: number | null;
  boxes: number;
}

const columns: readonly TableColumn[] = [
  { name: 'file', type: 'text' },
  { name: 'split', type: 'text' },
  { name: 'category', type: 'text' },
  { name: 'x', type: 'double' },
  { name: 'y', type: 'double' },
  { name: 'width', type: 'double' },
  { name: 'height', type: 'double' },
  { name: 'area', type: 'double' },
  { name: 'crowd', type: 'boolean' },
  { name: 'image_width', type: 'int64' },
  { name: 'image_height', type: 'int64' },
  { name: 'image_id', type: 'text' },
  { name: 'annotation_id', type: 'text' },
];

/**
 * COCO: descriptions in JSON (`images`, `annotations`, `categories`) beside the pictures. A row is a box; a picture without one is
 * a row without category. `x`, `y`, `width` and `height` are in pixels from the upper left corner.
 */
export const cocoFormat: DataFormat = {
  name: 'coco',
  async recognise(all) {
    const { descriptions, others } = sorted(all);
    if (descriptions.length === 0 || descriptions.length > MOST_DESCRIPTIONS) return false;
    if (!others.every(({ name }) => pictureExtensions.has(extensionOf(name)))) return false;
    const head = await withFile(descriptions[0]!, (bytes) => bytes.head(0, HEAD_BYTES));
    const text = head.toString('latin1');
    // Which of the sections come within reach depends on their order; a description begins with one of them.
    return (
      /^[\s\uFEFF\u00ef\u00bb\u00bf]*\{/.test(text) && /"(annotations|images|categories)"\s*:\s*\[/.test(text)
    );
  },
  async tabulate(all, destinationPath, options) {
    const { descriptions, others } = sorted(all);
    const find = pictureFinder(others);
    const table = await writeTable(descriptions[0]!.name, destinationPath, columns, options, async (sink) => {
      let done = 0;
      for (const description of descriptions) {
        await writeBoxes(description, find, sink, options.signal);
        sink.progress(++done / descriptions.length);
      }
    });
    return { ...table, fileColumn: 'file', labelColumn: 'category' };
  },
};

function sorted(all: readonly FormatFile[]) {
  const files = meantFiles(all);
  return {
    descriptions: files.filter(({ name }) => extensionOf(name) === 'json'),
    others: files.filter(({ name }) => extensionOf(name) !== 'json'),
  };
}

/** Descriptions name pictures by a part of their path: the file of the version whose name ends so, the nearest to the description. */
function pictureFinder(pictures: readonly FormatFile[]) {
  const byBase = new Map<string, string[]>();
  for (const { name } of pictures) {
    const base = baseOf(name);
    const names = byBase.get(base);
    if (names) names.push(name);
    else byBase.set(base, [name]);
  }
  return (fileName: string, split: string | null): string | null => {
    const wanted = fileName.replaceAll('\\', '/').replace(/^\.?\//, '');
    const named = byBase.get(baseOf(wanted)) ?? [];
    const ending = named.filter((name) => name === wanted || name.endsWith(`/${wanted}`));
    const candidates = ending.length > 0 ? ending : named;
    if (candidates.length > 1 && split !== null) {
      const ofSplit = candidates.filter((name) => name.split('/').some((part) => splitIn(part) === split));
      if (ofSplit.length === 1) return ofSplit[0]!;
    }
    return candidates.length === 1 ? candidates[0]! : null;
  };
}

/** `train` of `instances_train2017.json`, `train2017/` and `train/`. */
function splitIn(name: string): string | null {
  for (const word of name.split(/[^A-Za-z]+/)) {
    const split = splitNamed(word);
    if (split) return split;
  }
  return null;
}

async function writeBoxes(
  description: FormatFile,
  find: (fileName: string, split: string | null) => string | null,
  sink: ReportingSink,
  signal: AbortSignal | undefined,
): Promise<void> {
  const split = splitIn(baseOf(description.name)) ?? splitIn(folderOf(description.name));
  const categories = new Map<string, string>();
  const images = new Map<string, Image>();
  await withFile(description, async (bytes) => {
    for await (const { section, item } of jsonSections(bytes, new Set(['images', 'categories']), signal)) {
      const fields = item as Record<string, unknown>;
      const id = idOf(fields.id, description, section);
      if (section === 'categories') categories.set(id, text(fields.name) ?? id);
      else {
        const fileName = text(fields.file_name);
        if (fileName === null) throw damaged(description.name, null, `image ${id} has no "file_name"`);
        images.set(id, {
          file: find(fileName, split) ?? fileName,
          width: number(fields.width),
          height: number(fields.height),
          boxes: 0,
        });
      }
    }
    for await (const { item } of jsonSections(bytes, new Set(['annotations']), signal)) {
      const fields = item as Record<string, unknown>;
      const imageId = idOf(fields.image_id, description, 'annotations');
      const image = images.get(imageId);
      if (!image)
        throw damaged(
          description.name,
          null,
          `annotation ${text(fields.id) ?? '?'} names the image ${imageId}, which is not described`,
        );
      image.boxes++;
      await sink.row(rowOf(image, imageId, split, fields, categories, description));
    }
  });
  for (const [id, image] of images) {
    if (image.boxes === 0) await sink.row(rowOf(image, id, split, {}, categories, description));
  }
}

function rowOf(
  image: Image,
  imageId: string,
  split: string | null,
  fields: Readonly<Record<string, unknown>>,
  categories: ReadonlyMap<string, string>,
  description: FormatFile,
): TableValue[] {
  const categoryId = text(fields.category_id);
  const category = categoryId === null ? null : categories.get(categoryId);
  if (category === undefined)
    throw damaged(
      description.name,
      null,
      `annotation ${text(fields.id) ?? '?'} names the category ${categoryId}, which is not described`,
    );
  const box =
    Array.isArray(fields.bbox) && fields.bbox.length === 4
      ? fields.bbox.map(number)
      : [null, null, null, null];
  return [
    image.file,
    split,
    category,
    ...box,
    number(fields.area),
    fields.iscrowd === undefined ? null : fields.iscrowd === 1 || fields.iscrowd === true,
    whole(image.width),
    whole(image.height),
    imageId,
    text(fields.id),
  ];
}

const text = (value: unknown): string | null =>
  typeof value === 'string' ? value.replaceAll('\0', ' ') : typeof value === 'number' ? String(value) : null;

const number = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

const whole = (value: number | null): number | null =>
  value !== null && Number.isSafeInteger(value) ? value : null;

function idOf(value: unknown, description: FormatFile, section: string): string {
  const id = text(value);
  if (id === null) throw damaged(description.name, null, `an entry of "${section}" has no id`);
  return id;
}
