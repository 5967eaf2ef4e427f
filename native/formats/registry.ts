import type { DataFormat } from '../../app/kernel/ports/data-format.ts';
import { pictureExtensions } from './images/picture-size.ts';

/** A format that is read on the formats' thread. Its driver, and the library behind it, is loaded when files may be its own. */
interface ThreadFormat {
  readonly name: DataFormat['name'];
  /** Whether files that have these extensions, and no others, may be of it: asked before anything is loaded or read. */
  readonly mayBe: (extensions: ReadonlySet<string>) => boolean;
  readonly load: () => Promise<DataFormat>;
}

/** Which one files have is asked in this order: descriptions beside pictures before pictures alone. */
export const threadFormats: readonly ThreadFormat[] = [
  {
    name: 'croissant',
    mayBe: (extensions) => extensions.has('json') || extensions.has('jsonld'),
    load: async () => (await import('./croissant/croissant.format.ts')).croissantFormat,
  },
  {
    name: 'coco',
    mayBe: (extensions) => extensions.has('json') && onlyOf(extensions, 'json', ...pictureExtensions),
    load: async () => (await import('./coco/coco.format.ts')).cocoFormat,
  },
  {
    name: 'yolo',
    mayBe: (extensions) => extensions.has('yaml') || extensions.has('yml'),
    load: async () => (await import('./yolo/yolo.format.ts')).yoloFormat,
  },
  {
    name: 'images',
    mayBe: (extensions) => onlyOf(extensions, ...pictureExtensions),
    load: async () => (await import('./images/images.format.ts')).imagesFormat,
  },
  {
    name: 'webdataset',
    mayBe: (extensions) => onlyOf(extensions, 'tar', 'tgz', 'gz', 'zst'),
    load: async () => (await import('./webdataset/webdataset.format.ts')).webDatasetFormat,
  },
  {
    name: 'arrow',
    mayBe: (extensions) => onlyOf(extensions, 'arrow', 'feather', 'ipc', 'arrows'),
    load: async () => (await import('./arrow/arrow.format.ts')).arrowFormat,
  },
  {
    name: 'npz',
    mayBe: (extensions) => onlyOf(extensions, 'npz'),
    load: async () => (await import('./numpy/numpy.format.ts')).npzFormat,
  },
  {
    name: 'npy',
    mayBe: (extensions) => onlyOf(extensions, 'npy'),
    load: async () => (await import('./numpy/numpy.format.ts')).npyFormat,
  },
  {
    name: 'hdf5',
    mayBe: (extensions) => onlyOf(extensions, 'h5', 'hdf5', 'he5', 'hdf'),
    load: async () => (await import('./hdf5/hdf5.format.ts')).hdf5Format,
  },
];

/** Those that files may have, in the order in which they are asked. @param extensions of all the files */
export const formatsFor = (extensions: ReadonlySet<string>): readonly ThreadFormat[] =>
  extensions.size === 0 ? [] : threadFormats.filter(({ mayBe }) => mayBe(extensions));

const onlyOf = (extensions: ReadonlySet<string>, ...allowed: readonly string[]): boolean =>
  [...extensions].every((extension) => allowed.includes(extension));
