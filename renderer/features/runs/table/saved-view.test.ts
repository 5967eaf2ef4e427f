import { describe, expect, it } from 'vitest';
import { viewContent } from '../../../../app/contract/views.contract.ts';
import { savedFrom, viewFromSaved } from './saved-view.ts';
import type { TableView } from './table-view.ts';

const view: TableView = {
  filter: 'metrics.loss < 0.2',
  sort: { by: 'metrics.top 5, all', descending: false },
  group: 'params.learning rate',
  columns: [
    { id: 'name', widthPx: 240, pinned: true },
    { id: 'metrics.top 5, all', widthPx: null, pinned: false },
    { id: 'curve.val/loss', widthPx: 100, pinned: false },
    { id: 'tags.say "so"', widthPx: null, pinned: false },
  ],
};

describe('a saved view of runs', () => {
  it('comes back as it was saved, whatever the names of metrics', () => {
    const saved = savedFrom('mine', view, view.columns ?? []);
    expect(viewContent.parse(saved)).toEqual(saved);
    expect(viewFromSaved(saved)).toEqual(view);
  });

  it('names fields as the filter language writes them', () => {
    expect(savedFrom('mine', view, view.columns ?? []).columns.map(({ field }) => field)).toEqual([
      'name',
      'metrics."top 5, all"',
      'curve.val/loss',
      'tags.`say "so"`',
    ]);
  });

  it('is the plain table where it says nothing', () => {
    expect(viewFromSaved(viewContent.parse({ name: 'empty' }))).toEqual({
      filter: '',
      sort: { by: 'started', descending: true },
      group: null,
      columns: null,
    });
  });
});
