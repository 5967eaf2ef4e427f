import { describe, expect, it } from 'vitest';
import { emptyEngine, engineWords, readEngine } from './engine-form.ts';

const read = (change: object) => readEngine({ ...emptyEngine, name: 'bench 2', ...change });

describe('adding a container engine', () => {
  it('takes a socket, a machine with TLS, and a machine over SSH', () => {
    expect(read({ place: '/run/docker.sock' })).toEqual({
      name: 'bench 2',
      engine: { host: 'unix:///run/docker.sock', tls: null, shared: null },
      problems: {},
    });
    const pem = { ca: '/c/ca.pem', cert: '/c/cert.pem', key: '/c/key.pem' };
    expect(read({ way: 'tcp', place: 'bench-2:2376', ...pem, shared: 'no' }).engine).toEqual({
      host: 'tcp://bench-2:2376',
      tls: pem,
      shared: false,
    });
    expect(read({ way: 'ssh', place: 'ssh://ana@bench-2' }).engine.host).toBe('ssh://ana@bench-2');
  });

  it('names what does not fit, and how to write it', () => {
    expect(read({ place: 'docker.sock' }).problems.place).toContain('no path from the root');
    expect(read({ way: 'tcp', place: 'bench-2' }).problems.place).toContain('no port');
    expect(Object.keys(read({ way: 'tcp', place: 'b:1' }).problems)).toEqual(['ca', 'cert', 'key']);
    expect(read({ way: 'tcp', place: 'b:1', tls: false }).problems).toEqual({});
    expect(read({ name: '', way: 'usual' }).problems).toEqual({ name: 'Give it a name.' });
  });

  it('is said in words', () => {
    expect(engineWords(read({ place: '/x' }).engine)).toBe('unix:///x');
    expect(engineWords(read({ way: 'usual' }).engine)).toBe('the usual engine of this machine');
  });
});
