import { describe, expect, it } from 'vitest';
import { fillCommand, splitWords } from './command-line.ts';

describe('a command line', () => {
  it('is split as a shell splits plain words and quotes', () => {
    expect(splitWords(`python train.py --name "two words" 'it\\n' a\\ b "q\\"q" ''`)).toEqual([
      'python',
      'train.py',
      '--name',
      'two words',
      'it\\n',
      'a b',
      'q"q',
      '',
    ]);
    expect(splitWords('  python\n  train.py  ')).toEqual(['python', 'train.py']);
  });

  it('expands nothing that a shell would', () => {
    expect(splitWords('echo $HOME *.py `id` ; rm')).toEqual(['echo', '$HOME', '*.py', '`id`', ';', 'rm']);
  });

  it('refuses a quote without its end', () => {
    expect(() => splitWords('python "train.py')).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});

describe('the placeholders of a command', () => {
  const params = { epochs: 3, lr: 1e-3, name: 'a b' };

  it('take the values of parameters, one by one or all', () => {
    expect(fillCommand(['train.py', '{params}', '--again={epochs}/{name}'], params, [])).toEqual([
      'train.py',
      '--epochs',
      '3',
      '--lr',
      '0.001',
      '--name',
      'a b',
      '--again=3/a b',
    ]);
  });

  it('name the folders of inputs and leave doubled braces as braces', () => {
    expect(fillCommand(['{input:train}/x.csv', '{{"a": 1}}'], {}, ['train'])).toEqual([
      '../inputs/train/x.csv',
      '{"a": 1}',
    ]);
  });

  it('say which name is not there', () => {
    expect(() => fillCommand(['{epoch}'], params, [])).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', nextStep: 'Did you mean epochs?' }),
    );
    expect(() => fillCommand(['{input:x}'], params, [])).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    );
  });
});
