import { useState } from 'react';
import type { Template } from '../../../app/contract/training.contract.ts';
import { Badge } from '../../components/badge.tsx';
import styles from './train.module.css';

interface TemplateGalleryProps {
  readonly templates: readonly Template[];
  readonly chosen: Template | undefined;
  readonly onChoose: (id: string) => void;
}

/** Searching is worth its line from this many templates on. */
const searchFrom = 5;

/** What can be trained without writing code, and programs to begin with; found by any of their words. */
export function TemplateGallery({ templates, chosen, onChoose }: TemplateGalleryProps) {
  const [text, setText] = useState('');
  const shown = findTemplates(templates, text);
  // What was chosen when the list appeared is brought into view; what is chosen in it is in view already.
  const [begun] = useState(chosen?.id);
  return (
    <fieldset className={styles.templates}>
      <legend>Template</legend>
      {templates.length >= searchFrom ? (
        <input
          type="search"
          className={styles.search}
          aria-label="Find a template"
          data-autofocus
          placeholder={`Find one of ${templates.length} templates`}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            const [first] = shown;
            if (event.key !== 'Enter') return;
            event.preventDefault();
            if (first) onChoose(first.id);
          }}
        />
      ) : null}
      <div className={styles.gallery}>
        {shown.map((template) => (
          <label
            key={template.id}
            ref={template.id === begun ? intoView : undefined}
            data-chosen={template.id === chosen?.id || undefined}
            title={template.summary}
          >
            <input
              type="radio"
              name="template"
              checked={template.id === chosen?.id}
              onChange={() => onChoose(template.id)}
            />
            <b>
              {template.title} {template.kind === 'program' ? <Badge tone="outline">program</Badge> : null}
            </b>
            <small>{template.summary}</small>
          </label>
        ))}
      </div>
      {chosen?.kind === 'program' ? (
        <p className={styles.about}>
          {chosen.summary} {chosen.needs.length > 0 ? <code>Needs {chosen.needs.join(', ')}.</code> : null}
        </p>
      ) : null}
      {shown.length === 0 ? <p className={styles.quiet}>No template has “{text}” in it.</p> : null}
    </fieldset>
  );
}

function intoView(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest' });
}

/** Templates in which every word occurs: in their names, what they do or what they need. */
export function findTemplates(templates: readonly Template[], text: string): readonly Template[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return templates.filter(({ id, title, summary, kind, needs }) => {
    const haystack = [id, title, summary, kind, ...needs].join('\n').toLowerCase();
    return words.every((word) => haystack.includes(word));
  });
}
