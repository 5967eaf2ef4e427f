import type { ReactNode } from 'react';
import type { SizedColumn } from './column-layout.ts';

/** A column of a wide table; `Row` is what a line of it shows. */
export interface WideColumn<Row> extends SizedColumn {
  readonly title: string;
  /** A word before the title that tells columns of one name apart. */
  readonly kind?: string;
  readonly align: 'left' | 'right';
  /** Values, ids and numbers in the mono face. */
  readonly mono: boolean;
  readonly sortable: boolean;
  /** What stands in the cell. Words are cut where they are too long; null is a value that is missing. */
  readonly render: (row: Row) => ReactNode;
}

export interface WideSort {
  readonly by: string;
  readonly descending: boolean;
}

/** What a person does to columns. */
export interface ColumnActions {
  readonly sort: (id: string) => void;
  readonly resize: (id: string, widthPx: number) => void;
  /** Puts a column where another is. */
  readonly move: (id: string, targetId: string) => void;
  readonly moveBy: (id: string, by: -1 | 1) => void;
  readonly pin: (id: string, pinned: boolean) => void;
  readonly hide: (id: string) => void;
}
