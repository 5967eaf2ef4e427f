import { useState } from 'react';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { useFileAddress } from './file-address.ts';
import styles from './images.module.css';

interface PictureProps {
  readonly version: DatasetVersion;
  readonly path: string;
  readonly alt: string;
}

/** A picture of a version; what cannot be shown says so. */
export function Picture({ version, path, alt }: PictureProps) {
  const address = useFileAddress(version, path);
  const [failed, setFailed] = useState<string | null>(null);
  if (address === null) return <span className={styles.blank} />;
  if (failed === address) return <span className={styles.blank}>no picture</span>;
  return (
    <img
      src={address}
      alt={alt}
      loading="lazy"
      decoding="async"
      draggable={false}
      onError={() => setFailed(address)}
    />
  );
}
