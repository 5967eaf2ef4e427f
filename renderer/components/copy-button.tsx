import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { IconButton } from './button.tsx';
import styles from './notices.module.css';
import { notify } from './notify.ts';

interface CopyButtonProps {
  readonly value: string;
  /** What is copied: "Copy the digest". */
  readonly label: string;
  /** Show the label in place of the icon. */
  readonly words?: boolean;
}

const shownMs = 1600;

/** Copies a text and says so for a moment. */
export function CopyButton({ value, label, words = false }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), shownMs);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
    } catch {
      notify.done('The browser refused the clipboard; select the text and copy it by hand');
    }
  };
  if (words) {
    return (
      <button type="button" className={styles.words} onClick={copy}>
        {copied ? 'Copied' : label}
      </button>
    );
  }
  const Icon = copied ? IconCheck : IconCopy;
  return (
    <IconButton label={copied ? 'Copied' : label} onClick={copy}>
      <Icon size={14} stroke={1.6} aria-hidden />
    </IconButton>
  );
}
