import { writeFile } from 'node:fs/promises';
import { openApiText } from './openapi-document.ts';

/** `node app/host/transports/write-openapi.ts`: write docs/openapi.json anew after a change of the contract. */
await writeFile(new URL('../../../docs/openapi.json', import.meta.url), await openApiText());
