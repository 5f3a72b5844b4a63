import { AuthbenchError } from '../../src/results/errors.ts'
import {
  type AuthStrategy,
  COOKIE_NAME,
  type KeyMaterial,
  MAX_CREDENTIAL_BYTES,
  type TokenProfile,
  type Transport,
} from '../contract.ts'
import { memoryStore } from '../stores/memory.ts'

/** A browser ignores a cookie whose name and value are longer (RFC 6265bis section 5.7). */
const MAX_COOKIE_BYTES = 4096
const MAX_VALUE_BYTES: Readonly<Record<Transport, number>> = {
  bearer: MAX_CREDENTIAL_BYTES,
  cookie: MAX_COOKIE_BYTES - COOKIE_NAME.length,
}

export interface CredentialOptions {
  readonly keys: KeyMaterial
  readonly token: TokenProfile
  readonly ttlSeconds: number
  readonly transport: Transport
}

/**
 * Makes one credential, without a server or a real store, and looks how long it is.
 * @param subject as long as the longest subject of the run
 * @throws AuthbenchError `CLAIMS_TOO_LONG` with both lengths
 */
export async function assertFits(
  strategy: AuthStrategy,
  { transport, ...dependencies }: CredentialOptions,
  subject: string,
): Promise<void> {
  // What needs a server to be opened is told apart by the probe of the first round, whose cells then fail with the reason.
  // Only who shows a key is issued one that is bound to it.
  if (strategy.proof !== undefined) return
  if (strategy.needs.some((need) => need !== 'memory' && need !== 'redis')) return
  const store = memoryStore(Date.now)
  const noServer = new Error('no server yet')
  const authenticator = await strategy
    .open({
      ...dependencies,
      now: Date.now,
      clock: () => performance.now(),
      store: async () => store,
      redis: () => Promise.reject(noServer),
      folder: '',
      authServer: null,
    })
    .catch((error: unknown) => {
      if (error === noServer) return null
      throw error
    })
  if (authenticator === null) return store.close()
  try {
    const bytes = Buffer.byteLength(await authenticator.issue(subject))
    const limit = MAX_VALUE_BYTES[transport]
    if (bytes > limit) {
      throw new AuthbenchError(
        'CLAIMS_TOO_LONG',
        `with these claims a credential of ${strategy.id} has ${bytes} bytes, and a ${transport} may have ${limit}`,
        { next: 'Give fewer or shorter claims, or leave this strategy out.' },
      )
    }
  } finally {
    await authenticator.close()
    await store.close()
  }
}
