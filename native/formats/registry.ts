import type { DataFormat } from '../../app/kernel/ports/data-format.ts';
import { arrowFormat } from './arrow/arrow.format.ts';
import { cocoFormat } from './coco/coco.format.ts';
import { croissantFormat } from './croissant/croissant.format.ts';
import { hdf5Format } from './hdf5/hdf5.format.ts';
import { imagesFormat } from './images/images.format.ts';
import { npyFormat, npzFormat } from './numpy/numpy.format.ts';
import { webDatasetFormat } from './webdataset/webdataset.format.ts';
import { yoloFormat } from './yolo/yolo.format.ts';

/**
 * The formats that are read on the formats' thread. Which one files have is asked in this order: descriptions beside pictures
 * before pictures alone.
 */
export const threadFormats: readonly DataFormat[] = [
  croissantFormat,
  cocoFormat,
  yoloFormat,
  imagesFormat,
  webDatasetFormat,
  arrowFormat,
  npzFormat,
  npyFormat,
  hdf5Format,
];
