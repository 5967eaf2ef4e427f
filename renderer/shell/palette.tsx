import { IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { KeyCap } from '../components/key-cap.tsx';
import { useOverlays } from './overlays.store.ts';
import styles from './palette.module.css';
import { markMatch, type PaletteItem, rankItems } from './palette-match.ts';
import { usePaletteItems } from './use-palette-items.tsx';

/** Every object and every action, by typing. */
export function Palette() {
  const { palette, set } = useOverlays();
  return palette ? <OpenPalette onClose={() => set({ palette: false })} /> : null;
}

function OpenPalette({ onClose }: { readonly onClose: () => void }) {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const prefix = useId();
  const groups = rankItems(usePaletteItems(), text);
  const items = groups.flatMap((group) => group.items);
  const current = Math.min(active, items.length - 1);

  useEffect(() => {
    const before = document.activeElement;
    input.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  useEffect(() => {
    list.current?.querySelector(`[data-index="${current}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [current]);

  const run = (item: PaletteItem | undefined) => {
    if (!item) return;
    onClose();
    // After the focus went back, so that what opens next can take it.
    setTimeout(item.run);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setActive((current + 1) % Math.max(1, items.length));
    else if (event.key === 'ArrowUp') setActive((current + items.length - 1) % Math.max(1, items.length));
    else if (event.key === 'Enter') run(items[current]);
    else if (event.key === 'Escape' || event.key === 'Tab') onClose();
    else return;
    event.preventDefault();
  };

  let index = -1;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a click beside the palette closes it, as Escape does
    <div className={styles.scrim} onMouseDown={(event) => event.target === event.currentTarget && onClose()}>
      <div className={styles.palette} role="dialog" aria-modal="true" aria-label="Search or run a command">
        <div className={styles.input}>
          <IconSearch size={16} stroke={1.5} aria-hidden />
          <input
            ref={input}
            role="combobox"
            aria-expanded="true"
            aria-controls={`${prefix}-list`}
            aria-activedescendant={items.length > 0 ? `${prefix}-${current}` : undefined}
            aria-label="Search or run a command"
            placeholder="Search or run a command"
            autoComplete="off"
            spellCheck={false}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setActive(0);
            }}
            onKeyDown={onKeyDown}
          />
        </div>
        <div ref={list} id={`${prefix}-list`} role="listbox" aria-label="Results" className={styles.list}>
          {groups.map((group) => (
            // biome-ignore lint/a11y/useSemanticElements: a group of options, not of form fields
            <div key={group.title} role="group" aria-label={group.title}>
              <div className={styles.title} aria-hidden>
                {group.title}
              </div>
              {group.items.map((item) => {
                index += 1;
                const at = index;
                return (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox handles the keys
                  // biome-ignore lint/a11y/useFocusableInteractive: the combobox keeps the focus
                  <div
                    key={item.id}
                    id={`${prefix}-${at}`}
                    data-index={at}
                    role="option"
                    aria-selected={at === current}
                    className={styles.item}
                    onMouseMove={() => setActive(at)}
                    onClick={() => run(item)}
                  >
                    <span className={styles.icon}>{item.icon}</span>
                    <span className={styles.name}>
                      {markMatch(item.title, text).map(({ part, marked, key }) =>
                        marked ? <mark key={key}>{part}</mark> : part,
                      )}
                    </span>
                    <span className={styles.note}>{item.note}</span>
                    {item.keys?.split(' ').map((key) => (
                      <KeyCap key={key}>{key.toUpperCase()}</KeyCap>
                    ))}
                  </div>
                );
              })}
            </div>
          ))}
          {items.length === 0 ? <p className={styles.none}>Nothing is called “{text}”.</p> : null}
        </div>
        <div className={styles.foot}>
          <span>
            <KeyCap>↑↓</KeyCap> choose
          </span>
          <span>
            <KeyCap>Enter</KeyCap> open
          </span>
          <span>
            <KeyCap>Esc</KeyCap> close
          </span>
          <span className={styles.prefixes}>
            <KeyCap>&gt;</KeyCap> actions <KeyCap>#</KeyCap> runs <KeyCap>@</KeyCap> models
          </span>
        </div>
      </div>
    </div>
  );
}
