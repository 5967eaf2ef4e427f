export { createFormats, type Formats } from './formats.ts';
