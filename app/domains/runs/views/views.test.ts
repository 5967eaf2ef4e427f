import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeClock, fakeClock } from '../../../../test/support/fake-clock.ts';
import { testCore } from '../../../../test/support/test-core.ts';
import { type ViewContent, viewDocument, viewText } from '../../../contract/views.contract.ts';
import type { Core } from '../../../kernel/core.ts';
import { createProjects } from '../../projects/index.ts';
import { createViews, type Views } from './index.ts';

let folder: string;
let core: Core;
let clock: FakeClock;
let views: Views;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-views-'));
  clock = fakeClock();
  core = testCore(folder, clock);
  views = createViews(core, { projects: createProjects(core) });
});
afterEach(() => {
  core.database.close();
  fs.rmSync(folder, { recursive: true });
});

const content: ViewContent = {
  name: 'Good runs',
  filter: 'metrics.loss < 0.2 and started > -7d',
  columns: [{ field: 'metrics.loss', widthPixels: 120, pinned: true }],
  sort: [{ field: 'metrics.loss', descending: false }],
  grouping: ['params.optimizer'],
};

describe('a saved view', () => {
  it('is there as it was saved, by its name and its id, and in the audit log', () => {
    const saved = views.save(undefined, content);
    expect(saved).toMatchObject(content);
    expect(views.get(undefined, 'Good runs')).toEqual(saved);
    expect(views.get(undefined, saved.id)).toEqual(saved);
    expect(views.list(undefined)).toEqual([saved]);
    expect(core.events.list({ limit: 1 })[0]).toMatchObject({
      kind: 'view.saved',
      subject: { kind: 'view', id: saved.id },
      data: { name: 'Good runs', project: saved.projectId },
    });
  });

  it('is replaced by one of the same name and stays the same view', () => {
    const first = views.save(undefined, content);
    clock.forward(1000);
    const second = views.save(undefined, { ...content, filter: '', grouping: [] });
    expect(second).toMatchObject({
      id: first.id,
      createdAt: first.createdAt,
      updatedAt: first.updatedAt + 1000,
      filter: '',
    });
    expect(views.list(undefined)).toEqual([second]);
  });

  it('is not saved with a filter or an order that cannot be understood', () => {
    const refused = (change: Partial<ViewContent>) => () => views.save(undefined, { ...content, ...change });
    expect(refused({ filter: 'metrics.loss <' })).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', details: expect.objectContaining({ position: 14 }) }),
    );
    expect(refused({ sort: [{ field: 'loss', descending: true }] })).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    );
    expect(views.list(undefined)).toEqual([]);
  });

  it('is renamed, but not to a name that is taken, and deleted', () => {
    const saved = views.save(undefined, content);
    views.save(undefined, { ...content, name: 'Other' });
    expect(() => views.rename(undefined, 'Good runs', 'Other')).toThrow(
      expect.objectContaining({ code: 'ALREADY_EXISTS' }),
    );
    expect(views.rename(undefined, 'Good runs', 'Best')).toMatchObject({ id: saved.id, name: 'Best' });
    views.delete(undefined, 'Best');
    expect(() => views.get(undefined, 'Best')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(views.list(undefined).map(({ name }) => name)).toEqual(['Other']);
  });

  it('is the same again after it was a text', () => {
    const { format: _format, ...again } = viewDocument.parse(
      JSON.parse(viewText(views.save(undefined, content))),
    );
    expect(again).toEqual(content);
  });
});
