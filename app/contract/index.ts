import type {
  ContractRouterClient,
  InferContractRouterInputs,
  InferContractRouterOutputs,
} from '@orpc/contract';
import { credentialsContract } from './credentials.contract.ts';
import { croissantContract } from './croissant.contract.ts';
import { dataChecksContract } from './data-checks.contract.ts';
import { dataTablesContract } from './data-tables.contract.ts';
import { datasetsContract } from './datasets.contract.ts';
import { eventsContract } from './events.contract.ts';
import { jobsContract } from './jobs.contract.ts';
import { lineageContract } from './lineage.contract.ts';
import { modelsContract } from './models.contract.ts';
import { projectsContract } from './projects.contract.ts';
import { runSqlContract } from './run-sql.contract.ts';
import { runsContract } from './runs.contract.ts';
import { sampleContract } from './sample.contract.ts';
import { servingContract } from './serving.contract.ts';
import { storageContract } from './storage.contract.ts';
import { systemContract } from './system.contract.ts';
import { targetsContract } from './targets.contract.ts';
import { trainingContract } from './training.contract.ts';
import { transferContract } from './transfer.contract.ts';
import { viewsContract } from './views.contract.ts';

/** The whole contract: one router, the same over MessagePort, WebSocket and OpenAPI. */
export const contract = {
  system: systemContract,
  projects: projectsContract,
  jobs: jobsContract,
  events: eventsContract,
  targets: targetsContract,
  datasets: datasetsContract,
  dataTables: dataTablesContract,
  dataChecks: dataChecksContract,
  runs: runsContract,
  runSql: runSqlContract,
  training: trainingContract,
  transfer: transferContract,
  views: viewsContract,
  models: modelsContract,
  serving: servingContract,
  lineage: lineageContract,
  storage: storageContract,
  credentials: credentialsContract,
  croissant: croissantContract,
  sample: sampleContract,
};

export type Contract = typeof contract;
export type Inputs = InferContractRouterInputs<Contract>;
export type Outputs = InferContractRouterOutputs<Contract>;
/** What every client looks like, whichever transport is below it. */
export type LatheClient = ContractRouterClient<Contract>;
