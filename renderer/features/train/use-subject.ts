import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { RecipeInput } from '../../../app/contract/recipe.ts';
import type { Template } from '../../../app/contract/training.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { readRecipe } from './recipe-text.ts';
import {
  subjectOfPath,
  subjectOfRecipe,
  subjectOfTemplate,
  type TrainSource,
  type TrainSubject,
} from './train-subject.ts';

/** What is said so far about what to train. */
export interface SubjectChoice {
  readonly source: TrainSource;
  readonly template: Template | undefined;
  readonly scriptPath: string;
  readonly recipePath: string;
  /** A recipe that was handed over or edited, in place of the one at the path. */
  readonly edited: { readonly definition: RecipeInput; readonly folder: string } | null;
}

interface FoundSubject {
  /** Null while it is not known, or where there is none. */
  readonly subject: TrainSubject | null;
  /** The recipe as YAML, where there is one. */
  readonly yaml: string | null;
  readonly loading: boolean;
  readonly error: unknown;
}

/** Typing goes on: a path or a text is read when it has stood still for this long. */
const stillMs = 350;

/** What would be trained, as the core understands it. */
export function useSubject(choice: SubjectChoice): FoundSubject {
  const { source, template, edited } = choice;
  const typed = source === 'script' ? choice.scriptPath : source === 'recipe' ? choice.recipePath : '';
  const path = useStill(typed.trim());
  const still = path === typed.trim();
  const input =
    source === 'template'
      ? { template: template?.id ?? '' }
      : source === 'recipe' && edited
        ? { recipe: edited }
        : { path };
  const wanted =
    source === 'template'
      ? template?.kind === 'program'
      : (source === 'recipe' && edited !== null) || path !== '';
  const query = useQuery({
    ...orpc.training.describe.queryOptions({ input }),
    enabled: wanted,
    // A file on the disk may have changed since it was read last.
    staleTime: 0,
    retry: false,
    placeholderData: (before) => (source === 'recipe' && edited ? before : undefined),
  });
  if (source === 'template') {
    return {
      subject: template ? subjectOfTemplate(template, query.data) : null,
      yaml: query.data?.yaml ?? null,
      loading: false,
      error: null,
    };
  }
  const { data } = query;
  const subject = !data
    ? null
    : source === 'recipe' && edited
      ? subjectOfRecipe(edited.definition, { ...data, folder: edited.folder })
      : subjectOfPath(path, data);
  return {
    subject: query.error || !still ? null : subject,
    yaml: data?.yaml ?? null,
    loading: wanted && (query.isFetching || !still),
    error: wanted && still ? query.error : null,
  };
}

function useStill(value: string): string {
  const [still, setStill] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setStill(value), stillMs);
    return () => clearTimeout(timer);
  }, [value]);
  return still;
}

/** A recipe as it is typed: the last text that could be read, and what is wrong with the present one. */
export function useRecipeText(
  text: string | null,
  onRead: (definition: RecipeInput) => void,
): { readonly problem: string | null; readonly settled: boolean } {
  const [problem, setProblem] = useState<string | null>(null);
  const still = useStill(text ?? '');
  // biome-ignore lint/correctness/useExhaustiveDependencies: reading is caused by the text alone
  useEffect(() => {
    if (still === '') {
      setProblem(null);
      return;
    }
    let wanted = true;
    void readRecipe(still).then((read) => {
      if (!wanted) return;
      setProblem(read.problem);
      if (read.definition) onRead(read.definition);
    });
    return () => {
      wanted = false;
    };
  }, [still]);
  return { problem, settled: still === (text ?? '') };
}
