import type { RunExporter, RunImporter, WriteParquet } from '../kernel/ports/run-transfer.ts';
import { createCsvExporter, createParquetExporter } from './csv-log/csv.exporter.ts';
import { createCsvLogImporter } from './csv-log/csv-log.importer.ts';
import type { OpenDatabase } from './mlruns/mlflow-database.ts';
import { createMlrunsExporter } from './mlruns/mlruns.exporter.ts';
import { createMlrunsImporter } from './mlruns/mlruns.importer.ts';
import { createTensorBoardExporter } from './tensorboard/tensorboard.exporter.ts';
import { createTensorBoardImporter } from './tensorboard/tensorboard.importer.ts';
import { createWandbImporter } from './wandb/wandb.importer.ts';

/** What the formats need of the machine. */
export interface FormatParts {
  /** Opens a SQLite file that is somebody else's. */
  readonly openDatabase: OpenDatabase;
  readonly writeParquet: WriteParquet;
}

/** Every format that runs come in and go out by. Which one a source has is asked in this order. */
export function createRunFormats({ openDatabase, writeParquet }: FormatParts): {
  readonly importers: readonly RunImporter[];
  readonly exporters: readonly RunExporter[];
} {
  return {
    importers: [
      createTensorBoardImporter(),
      createWandbImporter(),
      createMlrunsImporter(openDatabase),
      createCsvLogImporter(),
    ],
    exporters: [
      createMlrunsExporter(),
      createTensorBoardExporter(),
      createCsvExporter(),
      createParquetExporter(writeParquet),
    ],
  };
}
