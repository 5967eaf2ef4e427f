// biome-ignore-all lint/a11y/useSemanticElements: the options are of a list that completes a field
import { IconFilter, IconX } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { CompletionOption } from '../../../../app/contract/run-filter/index.ts';
import { IconButton } from '../../../components/button.tsx';
import { KeyCap } from '../../../components/key-cap.tsx';
import styles from './filter-field.module.css';
import { rememberFilter } from './filter-history.ts';
import { filterPieces, filterProblem } from './filter-pieces.ts';
import { useCompletion } from './use-completion.ts';

interface FilterFieldProps {
  readonly value: string;
  /** Called with every text that is a filter, a moment after it was written. */
  readonly onChange: (filter: string) => void;
  /** How many runs fit. */
  readonly count: string;
}

/** What an option is, where its text does not tell. */
const kindWords: Readonly<Partial<Record<CompletionOption['kind'], string>>> = {
  metric: 'metric',
  param: 'parameter',
  tag: 'tag',
  data: 'data set',
  model: 'model',
  attribute: 'about the run',
};

/** Nobody is told of a mistake, and nothing is searched, while letters still come. */
const restMs = 300;

/** The filter as it is written: coloured, with what may come next under it, and with what is wrong where it is wrong. */
export function FilterField({ value, onChange, count }: FilterFieldProps) {
  const [text, setText] = useState(value);
  const [cursor, setCursor] = useState(value.length);
  const [open, setOpen] = useState(false);
  /** The option that a key chose; null while none did. */
  const [chosen, setChosen] = useState<number | null>(null);
  const rested = useRested(text);
  const input = useRef<HTMLInputElement>(null);
  const mirror = useRef<HTMLDivElement>(null);
  const placed = useRef<number | null>(null);
  const id = useId();
  const applied = useRef(value);
  const { title, from, to, options } = useCompletion(text, cursor, open);
  const problem = useMemo(() => (rested === text ? filterProblem(rested, Date.now()) : null), [rested, text]);
  const shown =
    open && options.length > 0 && !(options.length === 1 && options[0]?.text === text.slice(from));

  // The address changed elsewhere: a view was opened, or somebody went back.
  useEffect(() => {
    if (value === applied.current) return;
    applied.current = value;
    setText(value);
    setCursor(value.length);
  }, [value]);

  const apply = (filter: string) => {
    if (filter === applied.current || filterProblem(filter, Date.now())) return;
    applied.current = filter;
    onChange(filter);
  };
  // The cursor follows what was put in, before the next letter can come.
  useLayoutEffect(() => {
    if (placed.current === null) return;
    input.current?.setSelectionRange(placed.current, placed.current);
    placed.current = null;
  });
  const latest = useRef(apply);
  latest.current = apply;
  useEffect(() => latest.current(rested), [rested]);

  const write = (next: string, at: number) => {
    setText(next);
    setCursor(at);
    setChosen(null);
  };
  const accept = (option: string) => {
    const after = text.slice(to);
    const inserted = after.startsWith(' ') ? option : `${option} `;
    write(text.slice(0, from) + inserted + after, from + inserted.length);
    placed.current = from + inserted.length;
    input.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const option = options[chosen ?? 0];
    if (step !== 0 && shown) {
      setChosen(((chosen ?? (step > 0 ? -1 : 0)) + step + options.length) % options.length);
    } else if (step > 0 || (event.key === ' ' && event.ctrlKey)) setOpen(true);
    else if (event.key === 'Tab' && !event.shiftKey && shown && option && text.slice(from, to) !== '') {
      accept(option.text);
    } else if (event.key === 'Enter' && shown && chosen !== null && option) accept(option.text);
    else if (event.key === 'Enter') {
      apply(text);
      if (!filterProblem(text, Date.now())) rememberFilter(text);
      setOpen(false);
    } else if (event.key === 'Escape' && shown) setOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const follow = () => {
    if (mirror.current && input.current) {
      mirror.current.style.transform = `translateX(${-input.current.scrollLeft}px)`;
    }
  };

  return (
    <div className={styles.root}>
      <div className={styles.field} data-wrong={problem !== null || undefined}>
        <IconFilter size={16} stroke={1.5} aria-hidden />
        <div className={styles.text}>
          <div ref={mirror} className={styles.mirror} aria-hidden>
            <Coloured text={text} wrong={problem} />
          </div>
          <input
            ref={input}
            role="combobox"
            aria-label="Filter runs"
            aria-autocomplete="list"
            aria-expanded={shown}
            aria-controls={`${id}-options`}
            aria-activedescendant={shown && chosen !== null ? `${id}-${chosen}` : undefined}
            aria-invalid={problem !== null || undefined}
            aria-describedby={problem ? `${id}-problem` : undefined}
            autoComplete="off"
            spellCheck={false}
            placeholder="metrics.loss < 0.2 and started > -7d, or words to look for"
            value={text}
            onChange={(event) => {
              write(event.target.value, event.target.selectionStart ?? event.target.value.length);
              setOpen(true);
            }}
            onSelect={(event) => setCursor(event.currentTarget.selectionStart ?? 0)}
            onScroll={follow}
            onKeyUp={follow}
            onKeyDown={onKeyDown}
            onClick={() => setOpen(true)}
            onBlur={() => {
              setOpen(false);
              if (!problem) rememberFilter(text);
            }}
          />
        </div>
        <small>{count}</small>
        {text === '' ? null : (
          <IconButton
            label="Clear the filter"
            onClick={() => {
              write('', 0);
              apply('');
              input.current?.focus();
            }}
          >
            <IconX size={14} stroke={1.6} aria-hidden />
          </IconButton>
        )}
      </div>
      {problem && !shown ? (
        <p id={`${id}-problem`} className={styles.problem} role="alert">
          {problem.message}
        </p>
      ) : null}
      {shown ? (
        <div className={styles.popup}>
          <p>{title}</p>
          <div id={`${id}-options`} role="listbox" aria-label={title}>
            {options.map((option, index) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys of its list
              <div
                key={option.text}
                id={`${id}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === (chosen ?? 0)}
                className={styles.option}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => accept(option.text)}
              >
                <span>
                  <Coloured text={option.text} wrong={null} />
                </span>
                {kindWords[option.kind] ? <em>{kindWords[option.kind]}</em> : null}
                <small>{option.detail}</small>
              </div>
            ))}
          </div>
          <footer>
            <KeyCap>↑↓</KeyCap> choose <KeyCap>Tab</KeyCap> accept <KeyCap>Esc</KeyCap> close
          </footer>
        </div>
      ) : null}
    </div>
  );
}

interface ColouredProps {
  readonly text: string;
  /** The stretch that is wrong. */
  readonly wrong: { readonly start: number; readonly end: number } | null;
}

function Coloured({ text, wrong }: ColouredProps) {
  let at = 0;
  return filterPieces(text).map((piece) => {
    const start = at;
    at += piece.text.length;
    const isWrong = wrong !== null && start < Math.max(wrong.end, wrong.start + 1) && at > wrong.start;
    return (
      <span key={start} data-kind={piece.kind} data-wrong={isWrong || undefined}>
        {piece.text}
      </span>
    );
  });
}

/** A text once no letter came for a moment. */
function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), restMs);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}
