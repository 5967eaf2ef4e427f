import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
// electron-builder's own parser and validator, at the versions that it will use itself.
const builder = createRequire(createRequire(import.meta.url).resolve('app-builder-lib/package.json'));
const configuration = builder('js-yaml').load(readFileSync(path.join(root, 'electron-builder.yml'), 'utf8'));

interface Fault {
  readonly instancePath: string;
  readonly message: string;
}

function faultsOf(value: unknown): Fault[] {
  const Ajv = builder('ajv').default ?? builder('ajv');
  const scheme = JSON.parse(readFileSync(builder.resolve('./scheme.json'), 'utf8'));
  const validate = new Ajv({ strict: false, allErrors: true }).compile(scheme);
  return validate(value) ? [] : validate.errors;
}

describe('electron-builder.yml', () => {
  it('is what electron-builder understands', () => {
    expect(faultsOf(configuration)).toEqual([]);
  });

  it('would be refused with a word that electron-builder does not know', () => {
    expect(faultsOf({ ...configuration, electronFuze: {} })).not.toEqual([]);
  });

  it('security checklist 19: turns off every fuse that would let Electron be used as something else', () => {
    expect(configuration.electronFuses).toMatchObject({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      grantFileProtocolExtraPrivileges: false,
    });
  });

  it('packs every package that the bundles leave outside, and what those load', () => {
    const packed = configuration.files.join('\n');
    const seen = new Set<string>();
    const visit = (name: string) => {
      if (seen.has(name)) return;
      seen.add(name);
      const manifest = JSON.parse(
        readFileSync(path.join(root, 'node_modules', name, 'package.json'), 'utf8'),
      );
      for (const dependency of Object.keys(manifest.dependencies ?? {})) {
        // Used only while they are installed or compiled.
        if (!['adm-zip', 'global-agent', 'node-addon-api'].includes(dependency)) visit(dependency);
      }
    };
    [
      'better-sqlite3',
      'onnxruntime-node',
      '@duckdb/node-api',
      '@napi-rs/blake-hash',
      'systeminformation',
      'ws',
    ].forEach(visit);
    for (const name of seen) {
      const scope = name.startsWith('@') ? name.split('/')[0]! : name;
      expect(packed, name).toContain(`node_modules/${scope}/`);
    }
  });

  it('keeps native code outside the archive, where the system can load it', () => {
    expect(configuration.asar).toBe(true);
    expect(configuration.asarUnpack).toEqual(
      expect.arrayContaining([
        '**/*.node',
        'node_modules/onnxruntime-node/bin/**',
        'node_modules/@duckdb/node-bindings-*/**',
      ]),
    );
  });

  it('names icons and entitlements that are there, and hardens the Mac runtime', () => {
    const { mac, win, linux } = configuration;
    for (const file of [mac.icon, win.icon, linux.icon, mac.entitlements, mac.entitlementsInherit]) {
      expect(existsSync(path.join(root, file)), file).toBe(true);
    }
    expect(mac.hardenedRuntime).toBe(true);
  });
});
