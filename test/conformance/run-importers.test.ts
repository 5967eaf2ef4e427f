import fs from 'node:fs';
import path from 'node:path';
import { WireWriter } from '../../app/interop/protobuf/wire-writer.ts';
import { fileHeader } from '../../app/interop/tensorboard/event-writer.ts';
import { maskedCrc } from '../../app/interop/tensorboard/masked-crc.ts';
import { frameRecord } from '../../app/interop/tensorboard/record-file.ts';
import { csvWriter } from '../support/run-logs/csv-writer.ts';
import { MLFLOW_RUN, mlflowDatabaseWriter, mlrunsWriter } from '../support/run-logs/mlflow-writer.ts';
import { EVENT_FILE, tensorBoardWriter } from '../support/run-logs/tensorboard-writer.ts';
import { artifactRecord, frameLogRecord, record, wandbWriter } from '../support/run-logs/wandb-writer.ts';
import { runImporterConformance } from './run-importer.conformance.ts';

const point = { key: 'loss', step: 0, value: 1 };

/** A length with its right checksum, and nothing behind it. */
function lengthBomb(length: bigint): Buffer {
  const header = Buffer.alloc(12);
  header.writeBigUInt64LE(length, 0);
  header.writeUInt32LE(maskedCrc(header.subarray(0, 8)), 8);
  return header;
}

runImporterConformance({
  name: 'TensorBoard event files',
  write: tensorBoardWriter,
  movable: true,
  shorten: ({ source }) => {
    const file = path.join(source, EVENT_FILE);
    fs.truncateSync(file, Math.floor(fs.statSync(file).size / 2));
  },
  hostile: {
    'allocate what a length claims'(folder) {
      const { file } = tensorBoardWriter(folder);
      fs.appendFileSync(file, lengthBomb(2n ** 62n));
      return folder;
    },
    'allocate what a field inside a record claims'(folder) {
      const { file, log } = tensorBoardWriter(folder);
      // Field 5 (the summary) says that it has 4 GiB.
      fs.appendFileSync(file, frameRecord(Buffer.from([0x2a, 0xff, 0xff, 0xff, 0xff, 0x0f])));
      log(point);
      return folder;
    },
    'read through links'(folder, secret) {
      tensorBoardWriter(path.join(folder, 'run')).log(point);
      fs.symlinkSync(secret, path.join(folder, 'run', `${EVENT_FILE}.1`));
      fs.symlinkSync(path.dirname(secret), path.join(folder, 'up'));
      return folder;
    },
    'write outside by a climbing tag'(folder) {
      const { file } = tensorBoardWriter(folder);
      const text = new WireWriter().integer(1, 7).bytes(8, Buffer.from('# a note'));
      const value = new WireWriter()
        .text(1, '../../../../etc/x\\..\\y')
        .message(9, new WireWriter().message(1, new WireWriter().text(1, 'text')))
        .message(8, text);
      const event = new WireWriter().double(1, 1).message(5, new WireWriter().message(1, value));
      fs.appendFileSync(file, frameRecord(event.finish()));
      return folder;
    },
    'trip over garbage'(folder) {
      fs.mkdirSync(folder);
      fs.writeFileSync(
        path.join(folder, EVENT_FILE),
        Buffer.concat([fileHeader(1), Buffer.from('garbage '.repeat(1000))]),
      );
      return folder;
    },
  },
});

runImporterConformance({
  name: 'W&B runs',
  write: (folder) => wandbWriter(folder),
  movable: true,
  shorten: (writer) => {
    const { file } = writer as ReturnType<typeof wandbWriter>;
    fs.truncateSync(file, Math.floor(fs.statSync(file).size / 2));
  },
  hostile: {
    'read a file that a record names outside'(folder, secret) {
      const { file } = wandbWriter(folder);
      const climbing = path.relative(path.join(path.dirname(file), 'files'), secret);
      const named = new WireWriter().message(1, new WireWriter().text(1, climbing));
      fs.appendFileSync(file, frameLogRecord(record(6, named), fs.statSync(file).size));
      return folder;
    },
    'read through links'(folder, secret) {
      const { file, log } = wandbWriter(folder);
      log(point);
      const files = path.join(path.dirname(file), 'files');
      fs.symlinkSync(secret, path.join(files, 'secret.txt'));
      fs.symlinkSync(path.dirname(secret), path.join(files, 'up'));
      return folder;
    },
    'read a file that an artifact names without having it'(folder, secret) {
      const { file, log } = wandbWriter(folder);
      log(point);
      const named = {
        path: '../../../climbing',
        digest: 'XUFAKrxLKna5cZ2REBfFkg==',
        sizeBytes: fs.statSync(secret).size,
        localPath: secret,
      };
      fs.appendFileSync(file, frameLogRecord(artifactRecord('../../net', named), fs.statSync(file).size));
      return folder;
    },
    'trip over a damaged block'(folder) {
      const { file, log } = wandbWriter(folder);
      log(...Array.from({ length: 2000 }, (_, step) => ({ ...point, step })));
      const descriptor = fs.openSync(file, 'r+');
      fs.writeSync(descriptor, Buffer.alloc(64, 0xff), 0, 64, 40_000);
      fs.closeSync(descriptor);
      return folder;
    },
    'believe what is no log'(folder) {
      fs.mkdirSync(folder);
      fs.writeFileSync(path.join(folder, 'run-x.wandb'), 'not a log');
      return folder;
    },
  },
});

runImporterConformance({
  name: 'mlruns folders',
  write: (folder) => mlrunsWriter(folder),
  movable: true,
  shorten: null,
  hostile: {
    'read through links'(folder, secret) {
      const { runFolder, log } = mlrunsWriter(folder);
      log(point);
      fs.symlinkSync(secret, path.join(runFolder, 'artifacts', 'secret.txt'));
      fs.symlinkSync(path.dirname(secret), path.join(runFolder, 'artifacts', 'up'));
      fs.symlinkSync(secret, path.join(runFolder, 'params', 'secret'));
      fs.symlinkSync(secret, path.join(runFolder, 'tags', 'secret'));
      return folder;
    },
    'look for artifacts where meta.yaml says'(folder, secret) {
      const { runFolder } = mlrunsWriter(folder);
      fs.appendFileSync(path.join(runFolder, 'meta.yaml'), `artifact_uri: file://${path.dirname(secret)}\n`);
      return folder;
    },
    'read data and models through links and climbing names'(folder, secret) {
      const { runFolder, log, read, register } = mlrunsWriter(folder);
      log(point);
      read!('digits', 'v1');
      register!('net', 1, 'best');
      const root = path.join(folder, 'mlruns');
      const input = path.join(runFolder, 'inputs', 'climbing');
      const outside = path.join(path.dirname(secret), 'outside');
      for (const made of [input, outside]) fs.mkdirSync(made, { recursive: true });
      fs.writeFileSync(path.join(input, 'meta.yaml'), JSON.stringify({ source_id: '../../../../outside' }));
      const data = { name: fs.readFileSync(secret, 'utf8'), digest: 'd' };
      fs.writeFileSync(path.join(outside, 'meta.yaml'), JSON.stringify(data));
      fs.symlinkSync(secret, path.join(root, 'models', 'net', 'tags', 'secret'));
      fs.symlinkSync(secret, path.join(root, 'models', 'net', 'aliases', 'secret'));
      fs.symlinkSync(path.dirname(secret), path.join(root, 'models', 'linked'));
      fs.writeFileSync(
        path.join(root, 'models', 'net', 'version-1', 'meta.yaml'),
        JSON.stringify({
          source: `${runFolder}/artifacts/../../../../${path.basename(secret)}`,
          run_id: MLFLOW_RUN,
        }),
      );
      return folder;
    },
    'expand a bomb of references'(folder) {
      const { runFolder } = mlrunsWriter(folder);
      const levels = Array.from(
        { length: 12 },
        (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n},`.repeat(10)}]\n`,
      );
      fs.appendFileSync(path.join(runFolder, 'meta.yaml'), `l0: &l0 [x]\n${levels.join('')}`);
      return folder;
    },
    'make objects of a YAML file'(folder, secret) {
      const { runFolder } = mlrunsWriter(folder);
      fs.appendFileSync(
        path.join(runFolder, 'meta.yaml'),
        `x: !!python/object/apply:os.remove ['${secret}']\n`,
      );
      return folder;
    },
    'keep a metric under the name of every object'(folder) {
      const { log, param } = mlrunsWriter(folder);
      log({ ...point, key: '__proto__' }, point);
      param('__proto__', 'x');
      return folder;
    },
    'load a pickle'(folder) {
      const { runFolder } = mlrunsWriter(folder);
      fs.writeFileSync(path.join(runFolder, 'artifacts', 'model.pkl'), "cos\nsystem\n(S'false'\ntR.");
      return folder;
    },
  },
});

runImporterConformance({
  name: 'an MLflow database',
  write: (folder) => mlflowDatabaseWriter(folder),
  movable: true,
  shorten: null,
  hostile: {
    'read artifacts at a place that the database names'(folder, secret) {
      mlflowDatabaseWriter(folder, path.dirname(secret)).close();
      return folder;
    },
    'read artifacts by a climbing place'(folder) {
      mlflowDatabaseWriter(folder, 'mlruns/../..').close();
      return folder;
    },
    'follow a link to artifacts'(folder, secret) {
      mlflowDatabaseWriter(folder).close();
      const place = path.join(folder, 'mlruns', '1', MLFLOW_RUN);
      fs.mkdirSync(place, { recursive: true });
      fs.symlinkSync(path.dirname(secret), path.join(place, 'artifacts'));
      return folder;
    },
    'believe what is no database'(folder) {
      fs.mkdirSync(folder);
      fs.writeFileSync(path.join(folder, 'mlflow.db'), 'SQLite format 3\0 and nothing');
      return path.join(folder, 'mlflow.db');
    },
  },
});

runImporterConformance({
  name: 'CSV logs',
  write: csvWriter,
  movable: false,
  shorten: ({ source }) => {
    const file = path.join(source, 'metrics.csv');
    const lines = fs.readFileSync(file, 'utf8').split('\n');
    fs.writeFileSync(file, `${lines.slice(0, 5).join('\n')}\n`);
  },
  hostile: {
    'read through links'(folder, secret) {
      fs.mkdirSync(folder);
      fs.symlinkSync(secret, path.join(folder, 'metrics.csv'));
      return folder;
    },
    'read parameters through a link'(folder, secret) {
      csvWriter(folder, ['loss']).log(point);
      fs.symlinkSync(secret, path.join(folder, 'hparams.yaml'));
      return folder;
    },
    'keep a column under the name of every object'(folder) {
      const { log } = csvWriter(folder, ['__proto__', 'loss']);
      log({ ...point, key: '__proto__' }, point);
      return folder;
    },
    'hold a line without end'(folder) {
      fs.mkdirSync(folder);
      fs.writeFileSync(path.join(folder, 'metrics.csv'), `step,loss\n0,1\n${'9'.repeat(8 << 20)}`);
      return folder;
    },
  },
});
