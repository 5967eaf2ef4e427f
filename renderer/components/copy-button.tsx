import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { IconButton } from './button.tsx';
import styles from './notices.module.css';
import { notify } from './notify.ts';

interface CopyButtonProps {
  readonly value: string;
  /** What is copied: "Copy the digest". */
  readonly label: string;
  /** Show the label as words in place of the icon. */
  readonly words?: boolean;
}

/** Copies a value and says so for a moment. */
export function CopyButton({ value, label, words = false }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    writeClipboard(value).then(
      () => setCopied(true),
      () => notify.done('The clipboard refused; select the text and copy it by hand'),
    );
  };
  if (words) {
    return (
      <button type="button" className={styles.textButton} onClick={copy}>
        {copied ? 'Copied' : label}
      </button>
    );
  }
  const Icon = copied ? IconCheck : IconCopy;
  return (
    <IconButton label={copied ? 'Copied' : label} size="small" onClick={copy}>
      <Icon size={14} stroke={1.6} aria-hidden />
    </IconButton>
  );
}

/** The asynchronous clipboard is missing where a page is neither secure nor local; selection still works there. */
async function writeClipboard(value: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(value);
  const field = document.createElement('textarea');
  field.value = value;
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  if (!done) throw new Error('copy refused');
}
