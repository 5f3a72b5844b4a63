/** Programs are found by them, files lie there, and certificates that the user trusts. */
const PASSED_ON: readonly string[] = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TMP',
  'TEMP',
  'SystemRoot',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
]
/** For what a strategy of the user's own needs to be told. */
const OWN_PREFIX = 'AUTHBENCH_'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * What processes that are measured get of the environment, so that no variable moves a number: NODE_V8_COVERAGE alone makes the baseline
 * cost half as much again. No secret of the user's, such as REDIS_URL, is among it.
 */
export function childEnvironment(env: Variables = process.env): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value !== undefined && (PASSED_ON.includes(name) || name.startsWith(OWN_PREFIX)) ? [[name, value]] : [],
    ),
  )
}

/** Never the values. */
export const namesPassedOn = (env: Variables = process.env): string[] =>
  Object.keys(childEnvironment(env)).sort()
