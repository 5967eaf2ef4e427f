import { describe, expect, it } from 'vitest';
import type { Template } from '../../../app/contract/training.contract.ts';
import { findTemplates } from './template-gallery.tsx';

const template = (id: string, kind: Template['kind'], summary: string, needs: string[] = []): Template => ({
  id,
  title: id,
  summary,
  kind,
  parameters: [],
  inputs: [],
  needs,
});
const templates = [
  template('mlp', 'native', 'A network for tables'),
  template('pytorch-cnn', 'program', 'Tells pictures apart', ['torch', 'numpy']),
  template('sklearn', 'program', 'A forest for tables', ['scikit-learn']),
];
const found = (text: string) => findTemplates(templates, text).map(({ id }) => id);

describe('finding a template', () => {
  it('looks at what it is, does and needs, and wants every word', () => {
    expect(found('tables')).toEqual(['mlp', 'sklearn']);
    expect(found('Tables program')).toEqual(['sklearn']);
    expect(found('torch')).toEqual(['pytorch-cnn']);
    expect(found('nothing')).toEqual([]);
  });

  it('shows all of them before anything is typed', () => {
    expect(found(' ')).toHaveLength(3);
  });
});
