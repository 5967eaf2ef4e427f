/** Whether a browser can draw a file, told by its name. */
export function isPicture(path: string): boolean {
  return /\.(apng|avif|bmp|gif|jpe?g|png|svg|webp)$/i.test(path);
}
