import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import styles from './menu.module.css';

export interface MenuItem {
  readonly id: string;
  readonly label: string;
  readonly icon?: ReactNode;
  /** At the right, quieter. */
  readonly note?: string;
  readonly checked?: boolean;
  readonly run: () => void;
}

interface MenuProps {
  /** Names the button and the menu. */
  readonly label: string;
  readonly className?: string | undefined;
  /** What the button shows. */
  readonly children: ReactNode;
  /** Groups of items, divided by a line. */
  readonly groups: readonly (readonly MenuItem[])[];
}

/** A button that opens a list of actions. Arrows move, Enter runs, Escape and a click elsewhere close. */
export function Menu({ label, className, children, groups }: MenuProps) {
  const [opened, setOpened] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!opened) return;
    const items = root.current?.querySelectorAll<HTMLElement>('[role^=menuitem]');
    (root.current?.querySelector<HTMLElement>('[aria-checked=true]') ?? items?.[0])?.focus();
    const onDown = (event: PointerEvent) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpened(false);
    };
    window.addEventListener('pointerdown', onDown);
    return () => window.removeEventListener('pointerdown', onDown);
  }, [opened]);

  const close = () => {
    setOpened(false);
    button.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!opened) return;
    const items = [...(root.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'Escape' || event.key === 'Tab') close();
    else if (event.key === 'ArrowDown') items[(at + 1) % items.length]?.focus();
    else if (event.key === 'ArrowUp') items[(at + items.length - 1) % items.length]?.focus();
    else if (event.key === 'Home') items[0]?.focus();
    else if (event.key === 'End') items.at(-1)?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: passes the keys of its items on
    <div ref={root} className={styles.root} onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        className={className}
        aria-haspopup="menu"
        aria-expanded={opened}
        aria-controls={opened ? id : undefined}
        aria-label={label}
        onClick={() => setOpened(!opened)}
      >
        {children}
      </button>
      {opened ? (
        <div id={id} role="menu" aria-label={label} className={styles.menu}>
          {groups
            .filter((group) => group.length > 0)
            .map((group) => (
              // biome-ignore lint/a11y/useSemanticElements: a group of menu items, not of form fields
              <div key={group[0]?.id} role="group" className={styles.group}>
                {group.map((item) => (
                  <button
                    key={item.id}
                    type="button"
                    {...(item.checked === undefined
                      ? { role: 'menuitem' }
                      : { role: 'menuitemradio', 'aria-checked': item.checked })}
                    tabIndex={-1}
                    className={styles.item}
                    onClick={() => {
                      close();
                      item.run();
                    }}
                  >
                    <span>{item.icon}</span>
                    {item.label}
                    {item.note ? <small>{item.note}</small> : null}
                  </button>
                ))}
              </div>
            ))}
        </div>
      ) : null}
    </div>
  );
}
