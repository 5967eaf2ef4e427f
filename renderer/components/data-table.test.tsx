// @vitest-environment happy-dom
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Column, DataTable } from './data-table.tsx';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

interface Row {
  readonly id: string;
}

const rows: Row[] = Array.from({ length: 10_000 }, (_, index) => ({ id: `r${index}` }));
const columns: Column<Row>[] = [
  { id: 'id', title: 'Id', width: 100, sortable: true, render: ({ id }) => id },
];

describe('a table of 10,000 rows', () => {
  let root: ReturnType<typeof createRoot>;
  let selected: ReadonlySet<string>;
  let opened: string[];
  let sorted: unknown[];
  let moved: unknown[];

  const render = () =>
    act(() =>
      root.render(
        <DataTable
          label="Things"
          rows={rows}
          columns={columns}
          rowId={({ id }) => id}
          sort={{ by: 'id', descending: false }}
          onSort={(sort) => sorted.push(sort)}
          selected={selected}
          onSelect={(next) => {
            selected = next;
          }}
          onOpen={({ id }) => opened.push(id)}
          onMove={({ id }, to) => moved.push([id, to])}
        />,
      ),
    );
  const grid = () => document.querySelector('[role=grid]') as HTMLElement;
  const press = (key: string, options: KeyboardEventInit = {}) => {
    act(() => {
      grid().dispatchEvent(
        new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...options }),
      );
    });
    render();
  };

  beforeEach(() => {
    // happy-dom lays nothing out: give the scroller the height of twenty rows.
    vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(560);
    vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(800);
    document.body.innerHTML = '<main></main>';
    root = createRoot(document.querySelector('main') as Element);
    selected = new Set();
    opened = [];
    sorted = [];
    moved = [];
    render();
  });
  afterEach(() => {
    act(() => root.unmount());
    vi.restoreAllMocks();
  });

  it('draws the rows in view and says how many there are', () => {
    const drawn = document.querySelectorAll('[role=row][aria-rowindex]').length;
    expect(drawn).toBeGreaterThan(15);
    expect(drawn).toBeLessThan(60);
    expect(grid().getAttribute('aria-rowcount')).toBe('10001');
  });

  it('moves with arrows and opens with Enter', () => {
    press('ArrowDown');
    press('ArrowDown');
    press('Enter');
    expect(opened).toEqual(['r2']);
    expect(document.getElementById(grid().getAttribute('aria-activedescendant') ?? '')?.textContent).toBe(
      'r2',
    );
  });

  it('marks with Space and extends with Shift', () => {
    press('ArrowDown');
    press(' ');
    press('ArrowDown', { shiftKey: true });
    press('ArrowDown', { shiftKey: true });
    expect([...selected]).toEqual(['r1', 'r2', 'r3']);
    press(' ');
    expect([...selected]).toEqual(['r1', 'r2']);
  });

  it('marks every row with Ctrl A', () => {
    press('a', { ctrlKey: true });
    expect(selected.size).toBe(10_000);
  });

  it('moves a row with Alt and an arrow, and not beyond the ends', () => {
    press('ArrowUp', { altKey: true });
    press('ArrowDown', { altKey: true });
    press('ArrowDown', { altKey: true });
    press('End');
    press('ArrowDown', { altKey: true });
    expect(moved).toEqual([
      ['r0', 1],
      ['r1', 2],
    ]);
  });

  it('asks for the other order when a sorted head is pressed', () => {
    act(() => (document.querySelector('[role=columnheader] button') as HTMLElement).click());
    expect(sorted).toEqual([{ by: 'id', descending: true }]);
  });
});
