const sliceBytes = 8_388_608;

/** Saves parts as one file of the browser. */
export function saveAsFile(fileName: string, parts: BlobPart[]): void {
  const url = URL.createObjectURL(new Blob(parts, { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/**
 * Saves bytes that the core gives in slices as one file of the browser.
 *
 * @param read gives `length` bytes from `offset`
 */
export async function downloadInSlices(
  fileName: string,
  sizeBytes: number,
  read: (offset: number, length: number) => PromiseLike<Pick<Blob, 'arrayBuffer'>>,
): Promise<void> {
  const parts: ArrayBuffer[] = [];
  for (let offset = 0; offset < sizeBytes; offset += sliceBytes) {
    const slice = await read(offset, Math.min(sliceBytes, sizeBytes - offset));
    parts.push(await slice.arrayBuffer());
  }
  saveAsFile(fileName, parts);
}
