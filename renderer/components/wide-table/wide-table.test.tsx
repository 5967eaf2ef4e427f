// @vitest-environment happy-dom
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ColumnActions, WideColumn } from './wide-column.ts';
import { WideTable } from './wide-table.tsx';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

interface Row {
  readonly id: number;
}

const rows: Row[] = Array.from({ length: 10_000 }, (_, id) => ({ id }));
const columns: WideColumn<Row>[] = Array.from({ length: 200 }, (_, index) => ({
  id: `c${index}`,
  title: `Column ${index}`,
  widthPx: 100,
  pinned: index === 0,
  align: 'left',
  mono: false,
  sortable: index !== 2,
  render: ({ id }) => `${id}:${index}`,
}));

describe('a table of 10,000 rows and 200 columns', () => {
  let root: ReturnType<typeof createRoot>;
  let done: unknown[][];
  const note =
    (name: string) =>
    (...values: unknown[]) =>
      done.push([name, ...values]);

  const render = () =>
    act(() =>
      root.render(
        <WideTable
          label="Things"
          count={rows.length}
          rowAt={(index) => (index === 4 ? undefined : rows[index])}
          columns={columns}
          actions={actions}
          sort={{ by: 'c1', descending: true }}
          markOf={({ id }) => (id === 1 ? true : id === 2 ? 'some' : false)}
          allMarked="some"
          rowsOf="all"
          onMark={note('mark')}
          onMarkAll={note('mark all')}
          onOpen={note('open')}
          onUnfold={(row, open) => {
            done.push(['unfold', row.id, open]);
            return true;
          }}
          onCopy={note('copy')}
          onView={note('view')}
        />,
      ),
    );
  const actions: ColumnActions = {
    sort: (id) => done.push(['sort', id]),
    resize: (id, px) => done.push(['resize', id, px]),
    move: (id, target) => done.push(['move', id, target]),
    moveBy: (id, by) => done.push(['move by', id, by]),
    pin: (id, pinned) => done.push(['pin', id, pinned]),
    hide: (id) => done.push(['hide', id]),
  };
  const grid = () => document.querySelector('[role=grid]') as HTMLElement;
  const press = (target: Element, key: string, options: KeyboardEventInit = {}) =>
    act(() => {
      target.dispatchEvent(
        new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...options }),
      );
    });
  const head = (title: string) =>
    [...document.querySelectorAll('[data-head]')].find(
      ({ textContent }) => textContent === title,
    ) as HTMLElement;

  beforeEach(() => {
    // happy-dom lays nothing out: give the scroller a size.
    vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(560);
    vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(800);
    vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(560);
    vi.spyOn(HTMLElement.prototype, 'offsetWidth', 'get').mockReturnValue(800);
    document.body.innerHTML = '<main></main>';
    root = createRoot(document.querySelector('main') as Element);
    done = [];
    render();
    render();
    done = [];
  });
  afterEach(() => {
    act(() => root.unmount());
    vi.restoreAllMocks();
  });

  it('draws the cells in view and says how many there are', () => {
    const drawn = document.querySelectorAll('[role=gridcell]').length;
    expect(drawn).toBeGreaterThan(20 * 6);
    expect(drawn).toBeLessThan(60 * 16);
    expect(grid().getAttribute('aria-rowcount')).toBe('10001');
    expect(grid().getAttribute('aria-colcount')).toBe('200');
    expect(grid().textContent).toContain('3:0');
  });

  it('shows a row that is still read as busy, without its cells', () => {
    const row = document.querySelector('[data-index="4"]');
    expect(row?.getAttribute('aria-busy')).toBe('true');
    expect(row?.textContent).toBe('');
  });

  it('moves, extends, marks and opens with keys', () => {
    press(grid(), 'ArrowDown');
    press(grid(), ' ');
    press(grid(), 'ArrowDown', { shiftKey: true });
    press(grid(), 'Enter');
    press(grid(), 'a', { ctrlKey: true });
    press(grid(), 'c', { ctrlKey: true });
    press(grid(), 'ArrowRight');
    expect(done.filter(([what]) => what !== 'view')).toEqual([
      ['mark', 1, null],
      ['mark', 2, 1],
      ['open', rows[2]],
      ['mark all', true],
      ['copy'],
      ['unfold', 2, true],
    ]);
  });

  it('opens with a click, and marks with Ctrl, Shift or the box', () => {
    const cell = document.querySelector('[data-index="3"] [role=gridcell]:last-child') as HTMLElement;
    const click = (target: Element, options: MouseEventInit = {}) =>
      act(() => void target.dispatchEvent(new MouseEvent('click', { bubbles: true, ...options })));
    click(cell);
    click(cell, { ctrlKey: true });
    click(document.querySelector('[data-index="6"] input') as Element, { shiftKey: true });
    expect(done).toEqual([
      ['open', rows[3]],
      ['mark', 3, null],
      ['mark', 6, 3],
    ]);
  });

  it('takes keys on heads: sort, move, resize, pin, hide', () => {
    const second = head('Column 1');
    press(second, 'Enter');
    press(second, 'ArrowRight', { altKey: true });
    press(second, 'ArrowLeft', { shiftKey: true });
    press(second, 'p');
    press(second, 'Delete');
    press(head('Column 2'), 'Enter');
    expect(done).toEqual([
      ['sort', 'c1'],
      ['move by', 'c1', 1],
      ['resize', 'c1', 84],
      ['pin', 'c1', true],
      ['hide', 'c1'],
    ]);
  });

  it('is one tab stop in its heads, and arrows go on from it', () => {
    act(() => head('Column 0').focus());
    press(head('Column 0'), 'ArrowRight');
    expect(document.activeElement?.textContent).toBe('Column 1');
    const stops = [...document.querySelectorAll('[data-head]')].filter(
      (button) => (button as HTMLElement).tabIndex === 0,
    );
    expect(stops.map(({ textContent }) => textContent)).toEqual(['Column 1']);
  });
});
