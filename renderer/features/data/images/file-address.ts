import { useEffect, useState } from 'react';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { client } from '../../../client/orpc.ts';

/** Where the host gives a file's bytes; a digest in place of a number never means another content. */
export function fileAddress(
  { datasetName, version }: Pick<DatasetVersion, 'datasetName' | 'version'>,
  path: string,
): string {
  const query = new URLSearchParams({ version: String(version), path });
  return `/api/v1/datasets/${encodeURIComponent(datasetName)}/file?${query}`;
}

/** The most bytes of a picture that are taken over the desktop's port. */
const mostPortBytes = 8 * 2 ** 20;

/**
 * An address for `<img>`: the host's own, or, in the desktop's window, which has no host to ask, one for the bytes that the
 * core handed over. Null while it is read.
 */
export function useFileAddress(version: DatasetVersion, path: string | null): string | null {
  const inWindow = window.location.protocol === 'lathe:';
  const [made, setMade] = useState<{ readonly path: string; readonly address: string } | null>(null);
  const { datasetName, version: number } = version;
  useEffect(() => {
    if (!inWindow || path === null) return;
    const stop = new AbortController();
    let address: string | null = null;
    client.datasets
      .fileBytes(
        { dataset: datasetName, version: number, path, length: mostPortBytes },
        { signal: stop.signal },
      )
      .then(async (bytes) => {
        const content = await bytes.arrayBuffer();
        if (stop.signal.aborted) return;
        address = URL.createObjectURL(new Blob([content]));
        setMade({ path, address });
      })
      // A picture that cannot be read shows as missing, as it would from a host.
      .catch(() => {
        if (!stop.signal.aborted) setMade({ path, address: 'data:,' });
      });
    return () => {
      stop.abort();
      if (address !== null) URL.revokeObjectURL(address);
    };
  }, [inWindow, datasetName, number, path]);
  if (path === null) return null;
  if (!inWindow) return fileAddress(version, path);
  return made?.path === path ? made.address : null;
}
