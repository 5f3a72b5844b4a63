// In this folder: strategies, claims and keys in files of the user. Each is checked before anything runs.

import { isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import { type StrategyInfo, strategyInfoSchema } from '../../src/results/strategy-info.ts'
import type { Authenticator, AuthStrategy } from '../contract.ts'

const FAMILIES = {
  none: 'baseline',
  stateless: 'token',
  stateful: 'session',
  hybrid: 'revocable token',
  unknown: 'target',
} as const satisfies Record<StrategyInfo['state'], StrategyInfo['family']>

/** What a file has to declare; the rest follows from it where it is left out. */
const declarationSchema = strategyInfoSchema
  .partial({
    family: true,
    stores: true,
    roundTrips: true,
    cache: true,
    refreshes: true,
    exceptions: true,
    library: true,
  })
  .extend({
    id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'lower-case letters, digits and dashes, at most 40'),
    title: z.string().min(1).max(60),
    summary: z.string().min(1).max(300),
  })
  .transform(
    ({ library = null, ...declared }): StrategyInfo => ({
      ...declared,
      family: declared.family ?? FAMILIES[declared.state],
      stores: declared.stores ?? null,
      roundTrips: declared.roundTrips ?? (declared.needs.includes('redis') ? 1 : 0),
      cache: declared.cache ?? null,
      refreshes: declared.refreshes ?? false,
      exceptions: declared.exceptions ?? {},
      library,
    }),
  )

/**
 * A strategy from a file of the user: its default export, an `AuthStrategy` of `contract.ts`. Runs the file.
 * @throws AuthbenchError `STRATEGY_FILE_FAILED` when it cannot be run, `STRATEGY_FILE_INVALID` when it exports something else;
 *   `open` rejects with `STRATEGY_BROKE_CONTRACT` when a first login shows a mistake
 */
export async function loadStrategy(file: string): Promise<AuthStrategy> {
  const path = isAbsolute(file) ? file : resolve(file)
  const exported = await import(pathToFileURL(path).href).catch((error: unknown) => {
    throw new AuthbenchError('STRATEGY_FILE_FAILED', `${file}: ${messageOf(error)}`, {
      next: 'Run it with `node` alone to see where it fails.',
      cause: error,
    })
  })
  const strategy: unknown = exported.default
  const declared = declarationSchema.safeParse(strategy)
  if (!declared.success) throw invalid(file, z.prettifyError(declared.error))
  if (!opens(strategy)) throw invalid(file, 'its default export has no function `open`')
  return {
    ...declared.data,
    open: async (deps) => keepsContract(declared.data, await strategy.open(deps)),
  }
}

/** RFC 6750 section 2.1. */
const B64TOKEN = /^[\w.~+/-]+=*$/
const SUBJECT = 'authbench'
const METHODS = ['issue', 'verify', 'revoke', 'close'] as const

/**
 * One login and three verifications, so that a mistake is named before it is measured.
 * @throws AuthbenchError `STRATEGY_BROKE_CONTRACT`
 */
async function keepsContract({ id, state }: StrategyInfo, opened: unknown): Promise<Authenticator> {
  const broken = (what: string) =>
    new AuthbenchError('STRATEGY_BROKE_CONTRACT', `${id} ${what}`, {
      next: 'See Authenticator in servers/contract.ts.',
    })
  if (!isAuthenticator(opened)) throw broken(`opens something that is not all of ${METHODS.join(', ')}`)
  const credential: unknown = await opened.issue(SUBJECT)
  if (typeof credential !== 'string' || !B64TOKEN.test(credential)) {
    throw broken('issues a credential that is not the b64token of RFC 6750')
  }
  const identity: unknown = await opened.verify(credential)
  if (identity === null || typeof identity !== 'object')
    throw broken('refuses the credential that it has just issued')
  const { sub, claims } = { sub: undefined, claims: undefined, ...identity }
  if (state === 'none') return opened
  if (sub !== SUBJECT) throw broken(`takes its credential for '${SUBJECT}' for one of '${String(sub)}'`)
  if (typeof claims !== 'object' || claims === null) throw broken('gives an identity without claims')
  if ((await opened.verify(undefined)) !== null) throw broken('accepts a request that carries no credential')
  if ((await opened.verify('made-up')) !== null) throw broken('accepts a credential that is made up')
  return opened
}

function isAuthenticator(value: unknown): value is Authenticator {
  return (
    typeof value === 'object' &&
    value !== null &&
    METHODS.every((method) => method in value && typeof Reflect.get(value, method) === 'function')
  )
}

function opens(value: unknown): value is Pick<AuthStrategy, 'open'> {
  return typeof value === 'object' && value !== null && 'open' in value && typeof value.open === 'function'
}

function invalid(file: string, problem: string): AuthbenchError {
  return new AuthbenchError('STRATEGY_FILE_INVALID', `${file} is no strategy: ${problem}`, {
    next: 'Its default export has to be an AuthStrategy, see servers/contract.ts and servers/examples/.',
  })
}
