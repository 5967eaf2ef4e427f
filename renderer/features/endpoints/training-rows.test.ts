import { describe, expect, it } from 'vitest';
import { trainingData } from './training-rows.ts';

describe('the data behind a model', () => {
  it('is read from flat keys', () => {
    expect(trainingData({ 'lathe.dataset': 'digits', 'lathe.dataset_version': '2' })).toEqual({
      dataset: 'digits',
      version: 2,
    });
    expect(trainingData({ 'lathe.data': 'digits@v3' })).toEqual({ dataset: 'digits', version: 3 });
  });

  it('is read from a provenance document', () => {
    const text = JSON.stringify({ run: 'x', dataset: { name: 'digits', version: 4 } });
    expect(trainingData({ 'lathe.provenance': text })).toEqual({ dataset: 'digits', version: 4 });
    const flat = JSON.stringify({ datasetName: 'iris', version: 1 });
    expect(trainingData({ provenance: flat })).toEqual({ dataset: 'iris', version: 1 });
  });

  it('is unknown for a foreign file', () => {
    expect(trainingData({ producer: 'pytorch', notes: '{broken' })).toBeNull();
  });
});
