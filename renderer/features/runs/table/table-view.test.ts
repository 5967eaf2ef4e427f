import { describe, expect, it } from 'vitest';
import { plainView, queryFromView, type TableView, viewFromQuery } from './table-view.ts';

const view: TableView = {
  filter: "metrics.loss < 0.2 and params.`a b` = 'x,y'",
  sort: { by: 'metrics.loss', descending: false },
  group: 'params.lr',
  columns: [
    { id: 'name', widthPx: 240, pinned: true },
    { id: 'metrics.top@5,all!', widthPx: null, pinned: false },
    { id: 'tags.größe 100%', widthPx: 80, pinned: false },
  ],
};

const viewFromText = (text: string) => viewFromQuery(new URLSearchParams(text));

function viewToText(from: TableView): string {
  const entries = Object.entries(queryFromView(from)).filter(
    (entry): entry is [string, string] => !!entry[1],
  );
  return new URLSearchParams(entries).toString();
}

describe('a view of the run table', () => {
  it('comes back from its text as it was', () => {
    expect(viewFromText(viewToText(view))).toEqual(view);
  });

  it('leaves the address empty while it is plain', () => {
    expect(Object.values(queryFromView(plainView)).every((value) => value === null)).toBe(true);
    expect(viewFromQuery(new URLSearchParams())).toEqual(plainView);
  });

  it('survives the commas that the address writes plainly', () => {
    const search = viewToText(view).replaceAll('%2C', ',');
    expect(viewFromText(search)).toEqual(view);
  });

  it('takes what makes sense of a damaged address', () => {
    const read = viewFromText('status=odd&cols=name,,name,%40%40,metrics.a@x,metrics.b@90&order=sideways');
    expect(read.filter).toBe('');
    expect(viewFromText('status=failed').filter).toBe('status = failed');
    expect(read.sort).toEqual(plainView.sort);
    expect(read.columns?.map(({ id }) => id)).toEqual(['name', 'metrics.b']);
  });
});
