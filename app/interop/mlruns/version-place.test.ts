import { describe, expect, it } from 'vitest';
import { versionPlace } from './version-place.ts';

const RUN = '0123456789abcdef0123456789abcdef';
const MODEL = `m-${RUN}`;

describe('where a version of a model has its files', () => {
  it.each([
    [`/home/somebody/mlruns/1/${RUN}/artifacts/model`, 'model'],
    [`file:///mlruns/1/${RUN}/artifacts/nested/model/`, 'nested/model'],
    [`mlflow-artifacts:/1/${RUN}/artifacts/model`, 'model'],
    [`s3://bucket/1/${RUN}/artifacts`, ''],
    [`runs:/${RUN}/model`, 'model'],
    [`runs:/${RUN}`, ''],
    [`models:/${MODEL}`, `models/${MODEL}`],
    [`/mlruns/1/models/${MODEL}/artifacts`, `models/${MODEL}`],
    [`mlflow-artifacts:/1/models/${MODEL}/artifacts/data`, `models/${MODEL}/data`],
  ])('is told by %s', (source, place) => {
    expect(versionPlace(source, RUN)).toBe(place);
  });

  it.each([
    's3://bucket/model',
    `runs:/${'f'.repeat(32)}/model`,
    `runs:/${RUN}x/model`,
    `/mlruns/1/${RUN}/artifacts-of-others/model`,
    `/mlruns/1/${RUN}/artifacts/../../secret`,
    `runs:/${RUN}/../secret`,
    '',
  ])('is not told by %s', (source) => {
    expect(versionPlace(source, RUN)).toBeNull();
  });
});
