import { useState } from 'react';
import type { Template } from '../../../app/contract/training.contract.ts';
import { Disclosure } from '../../components/disclosure.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Field } from '../../components/field.tsx';
import { SegmentedTabs } from '../../components/segments.tsx';
import { PathField } from './path-field.tsx';
import { writeWords } from './program-fields.ts';
import { TemplateGallery } from './template-gallery.tsx';
import styles from './train.module.css';
import type { TrainSource, TrainSubject } from './train-subject.ts';
import type { TrainFormState } from './use-train-form.ts';

const sources: readonly (readonly [TrainSource, string])[] = [
  ['template', 'Template'],
  ['script', 'Script'],
  ['recipe', 'Recipe'],
];

interface WhatSectionProps {
  readonly form: TrainFormState;
  readonly templates: readonly Template[];
}

/** What to train: one of the templates, a script as it is, or a recipe. */
export function WhatSection({ form, templates }: WhatSectionProps) {
  const { source, subject } = form;
  return (
    <>
      <div>
        <SegmentedTabs label="What to train" chosen={source} options={sources} onChoose={form.setSource} />
      </div>
      {source === 'template' ? (
        <TemplateGallery templates={templates} chosen={form.template} onChoose={form.setTemplate} />
      ) : null}
      {source === 'script' ? (
        <PathField
          label="Script"
          help={
            subject ? commandWords(subject) : waitingWords(form, 'A program on the machine that runs Lathe')
          }
          placeholder="/home/ana/digits/train.py"
          path={form.scriptPath}
          error={form.error}
          onChange={form.setScriptPath}
        />
      ) : null}
      {source === 'recipe' ? <RecipeChoice form={form} /> : null}
    </>
  );
}

function RecipeChoice({ form }: { readonly form: TrainFormState }) {
  const { edited, subject, recipeText: text, recipeProblem: problem } = form;
  const [opened, setOpened] = useState(false);
  const shown = text ?? form.yaml ?? '';
  return (
    <>
      {edited && text === null ? (
        <p className={styles.none}>
          The recipe of the run, in <code>{edited.folder || 'no folder'}</code>
        </p>
      ) : (
        <PathField
          label="Recipe"
          help={
            subject
              ? commandWords(subject)
              : waitingWords(form, 'A YAML file, or a folder with a recipe.yaml')
          }
          placeholder="/home/ana/digits/recipe.yaml"
          path={form.recipePath}
          error={text === null ? form.error : null}
          onChange={form.setRecipePath}
        />
      )}
      {shown === '' ? null : (
        <Disclosure
          title="Edit as YAML"
          summary={text === null ? `${shown.trim().split('\n').length} lines` : 'changed for this run'}
          opened={opened || problem !== null}
          onToggle={setOpened}
        >
          <Field
            label="Recipe as YAML"
            help="Changed for this run only; the file stays as it is"
            error={problem}
          >
            {(field) => (
              <textarea
                {...field}
                className={`${field.className} ${styles.monoControl} ${styles.yaml}`}
                spellCheck={false}
                rows={Math.min(14, shown.split('\n').length + 1)}
                value={shown}
                onChange={(event) => form.setRecipeText(event.target.value)}
              />
            )}
          </Field>
        </Disclosure>
      )}
      {text !== null && problem === null && form.error ? <ErrorNotice error={form.error} /> : null}
    </>
  );
}

function waitingWords(form: TrainFormState, otherwise: string): string {
  return form.loading ? 'Reading it' : otherwise;
}

/** What would be called, in the program's own words. */
function commandWords({ recipe, native }: TrainSubject): string {
  if (native) return `Trained by Lathe itself: ${recipe?.template ?? ''}`;
  const command = recipe?.command ?? '';
  return `Runs ${typeof command === 'string' ? command : writeWords(command)}`;
}
