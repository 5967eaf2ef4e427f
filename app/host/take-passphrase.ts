/**
 * The passphrase of the credentials as the environment gives it. It is taken out, so that no program which is started later
 * inherits it.
 */
export function takePassphrase(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const { LATHE_PASSPHRASE: passphrase } = environment;
  delete environment.LATHE_PASSPHRASE;
  return passphrase === '' ? undefined : passphrase;
}
