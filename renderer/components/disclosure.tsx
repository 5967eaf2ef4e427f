import { IconChevronRight } from '@tabler/icons-react';
import { type ReactNode, useId } from 'react';
import styles from './disclosure.module.css';

interface DisclosureProps {
  readonly title: string;
  /** What is inside, in a line, so that it need not be opened to be known. */
  readonly summary: ReactNode;
  readonly opened: boolean;
  readonly onToggle: (opened: boolean) => void;
  readonly children: ReactNode;
}

/** A part of a form that most people leave as it is. */
export function Disclosure({ title, summary, opened, onToggle, children }: DisclosureProps) {
  const id = useId();
  return (
    <section className={styles.disclosure} aria-label={title}>
      <button
        type="button"
        aria-expanded={opened}
        aria-controls={opened ? id : undefined}
        onClick={() => onToggle(!opened)}
      >
        <IconChevronRight size={14} stroke={1.6} aria-hidden />
        <b>{title}</b>
        <span>{summary}</span>
      </button>
      {opened ? <div id={id}>{children}</div> : null}
    </section>
  );
}
