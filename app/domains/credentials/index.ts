export { credentialsRouter } from './credentials.router.ts';
export { type Credentials, createCredentials } from './credentials.service.ts';
