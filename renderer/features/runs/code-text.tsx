import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import styles from './run-report.module.css';

interface CodeTextProps {
  /** What is shown, for screen readers. */
  readonly label: string;
  readonly text: string;
  /** Whether it is a patch, whose lines say what was added and removed. */
  readonly patch?: boolean;
}

const linePx = 18;

/** A text with its line numbers; only the lines in view are in the page. */
export function CodeText({ label, text, patch = false }: CodeTextProps) {
  const area = useRef<HTMLDivElement>(null);
  const lines = useMemo(() => text.replace(/\n$/, '').split('\n'), [text]);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => area.current,
    estimateSize: () => linePx,
    overscan: 30,
  });
  return (
    <section
      ref={area}
      className={styles.text}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
    >
      <div style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => (
          <div
            key={index}
            data-change={patch ? changeOf(lines[index] ?? '') : undefined}
            style={{ transform: `translateY(${start}px)` }}
          >
            <i aria-hidden>{index + 1}</i>
            {lines[index]}
          </div>
        ))}
      </div>
    </section>
  );
}

/** What a line of a patch does. */
export function changeOf(line: string): 'added' | 'removed' | 'place' | undefined {
  if (/^(\+\+\+|---|@@|diff |index )/.test(line)) return 'place';
  if (line.startsWith('+')) return 'added';
  return line.startsWith('-') ? 'removed' : undefined;
}
