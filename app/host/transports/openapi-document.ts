import { OpenAPIGenerator } from '@orpc/openapi';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import { column, columnProfile, dataset, datasetVersion } from '../../contract/datasets.contract.ts';
import { errorData, errorTable } from '../../contract/errors.ts';
import { event } from '../../contract/events.contract.ts';
import { contract } from '../../contract/index.ts';
import { failure, job } from '../../contract/jobs.contract.ts';
import { model, modelVersion, signature } from '../../contract/models.contract.ts';
import { project } from '../../contract/projects.contract.ts';
import { artifact, experiment, run, runDetail, series } from '../../contract/runs.contract.ts';
import { endpoint, endpointStats, tensor } from '../../contract/serving.contract.ts';
import { settings } from '../../contract/system.contract.ts';
import { progress } from '../../contract/wire.ts';

/** Schemas that are written once and pointed at. */
const commonSchemas = {
  Artifact: { schema: artifact },
  Column: { schema: column },
  ColumnProfile: { schema: columnProfile },
  Dataset: { schema: dataset },
  DatasetVersion: { schema: datasetVersion },
  Endpoint: { schema: endpoint },
  EndpointStats: { schema: endpointStats },
  ErrorData: { schema: errorData, strategy: 'output' as const },
  Event: { schema: event },
  Experiment: { schema: experiment },
  Failure: { schema: failure, strategy: 'output' as const },
  Job: { schema: job, strategy: 'output' as const },
  Model: { schema: model },
  ModelVersion: { schema: modelVersion },
  Progress: { schema: progress },
  Project: { schema: project },
  Run: { schema: run, strategy: 'output' as const },
  RunDetail: { schema: runDetail, strategy: 'output' as const },
  Series: { schema: series },
  Settings: { schema: settings },
  Signature: { schema: signature },
  Tensor: { schema: tensor },
};

/**
 * The OpenAPI 3.1 document of everything under /api/v1, made from the contract. The same contract gives the same
 * document byte for byte, so that a change of the API shows as a difference in docs/openapi.json.
 */
export async function openApiDocument(): Promise<object> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  const document = await generator.generate(contract, {
    info: {
      title: 'Lathe',
      version: '1',
      description:
        'Everything the screens do. Send the token that `lathe token` prints as "Authorization: Bearer <token>".',
    },
    servers: [{ url: 'http://127.0.0.1:4780/api/v1' }],
    security: [{ token: [] }],
    commonSchemas,
  });
  const paths: Record<string, Record<string, Operation>> = {
    ...(document.paths as Record<string, Record<string, Operation>>),
    ...uploadPath,
    ...dataFilePath,
  };
  for (const operation of Object.values(paths).flatMap((methods) => Object.values(methods))) {
    operation.responses = briefResponses(operation.responses);
  }
  const components = {
    securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    responses: { Error: errorResponse },
    schemas: document.components?.schemas,
  };
  return JSON.parse(JSON.stringify({ ...document, components, paths }, sorted)) as object;
}

interface Operation {
  responses: Record<string, object>;
}

/** Every operation can fail in every way of the error table: said once, instead of at each. */
const errorResponse = {
  description: 'Any failure; `code` says which, and `data.nextStep` what to do about it',
  content: {
    'application/json': {
      schema: {
        type: 'object',
        properties: {
          defined: { type: 'boolean' },
          code: { enum: Object.keys(errorTable) },
          status: { type: 'integer' },
          message: { type: 'string' },
          data: { $ref: '#/components/schemas/ErrorData' },
        },
        required: ['defined', 'code', 'status', 'message', 'data'],
      },
    },
  },
};

function briefResponses(responses: Record<string, object>): Record<string, object> {
  const brief: Record<string, object> = { default: { $ref: '#/components/responses/Error' } };
  for (const [status, response] of Object.entries(responses)) {
    if (Number(status) >= 400) continue;
    // The generator has no words for a Blob and leaves the content out.
    const isBlob = 'content' in response && Object.keys(response.content as object).length === 0;
    brief[status] = isBlob
      ? {
          ...response,
          content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
        }
      : response;
  }
  return brief;
}

/** The document as docs/openapi.json holds it. */
export async function openApiText(): Promise<string> {
  return `${JSON.stringify(await openApiDocument(), null, 2)}\n`;
}

/** Not in the contract: its body is a file, streamed. */
const uploadPath = {
  '/uploads': {
    put: {
      operationId: 'uploads.put',
      summary: 'Send a file; its id is what `datasets.import` and `models.register` take',
      parameters: [{ name: 'name', in: 'query', required: true, schema: { type: 'string', maxLength: 255 } }],
      requestBody: {
        required: true,
        content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
      },
      responses: {
        201: {
          description: 'Stored',
          content: {
            'application/json': {
              schema: {
                type: 'object',
                properties: {
                  id: { type: 'string' },
                  name: { type: 'string' },
                  sizeBytes: { type: 'integer' },
                },
                required: ['id', 'name', 'sizeBytes'],
              },
            },
          },
        },
      },
    },
  },
};

/** Not in the contract: its answer is a file, streamed, or a range of it. */
const dataFilePath = {
  '/datasets/{dataset}/file': {
    get: {
      operationId: 'datasets.file',
      summary: 'A file of a version, whole or a range; pictures are shown in place, other files are saved',
      parameters: [
        { name: 'dataset', in: 'path', required: true, schema: { type: 'string' } },
        { name: 'path', in: 'query', required: true, schema: { type: 'string' } },
        ...['version', 'project'].map((name) => ({ name, in: 'query', schema: { type: 'string' } })),
      ],
      responses: {
        200: {
          description: 'The file; its ETag is its digest',
          content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
        },
        206: {
          description: 'The range that was asked for',
          content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
        },
      },
    },
  },
};

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
