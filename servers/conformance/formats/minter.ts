// In this folder: one file for each format of token, which makes such tokens as an attacker would.

import type { MaybePromise } from '../../contract.ts'
import { type Subject, USER } from '../harness/checked-server.ts'
import { assertAccepted } from '../harness/expectations.ts'
import type { Attempts, Claims } from './forger.ts'
import { encryptedTokens } from './jwe.ts'
import { signedTokens } from './jws.ts'
import { pasetoTokens } from './paseto.ts'
import { sealedSessions } from './sealed-cookie.ts'

/** Nobody here can make a token of the strategy: what the case asks for was not tested, and must not look as if it was kept. */
export class NotTestable extends Error {
  override readonly name = 'NotTestable'
}

/** One make of token, and what somebody who has its key, or knows how it is made, throws at a server. */
export interface TokenFormat {
  /** Those of a good token, except for these. Times are seconds since the epoch, whatever the format makes of them. */
  claims(except?: Claims): Claims
  /** With the server's own key, right in everything that is not asked otherwise; `payload` takes the place of all claims. */
  mint(forgery?: { readonly claims?: Claims; readonly payload?: string }): MaybePromise<string>
  /** Whether a token may be for more than one. */
  readonly severalAudiences: boolean
  /** Good claims under another algorithm, with the server's own key or with one that it has for something else. */
  otherAlgorithms(): MaybePromise<Attempts>
  /** Made with somebody else's key, which the token brings along or says where to find. */
  broughtKeys(address: string): MaybePromise<Attempts>
  /** Made with somebody else's key, which has a name that leads elsewhere. */
  namedKeys(): MaybePromise<Attempts>
  /** Made with the server's own key, and saying more than the format lets it. */
  extended(): MaybePromise<Attempts>
  /** Made with the server's own key for another purpose. */
  otherTypes(): MaybePromise<Attempts>
}

/** Null: the credential is of another make, or its key is none of ours. */
type OpenFormat = (subject: Subject, credential: string) => MaybePromise<TokenFormat | null>

const FORMATS: readonly OpenFormat[] = [signedTokens, encryptedTokens, pasetoTokens, sealedSessions]

/** Somebody who can make good tokens, and therefore ones that are good but for one thing. */
export interface Minter extends TokenFormat {
  assertTaken(token: string): Promise<void>
}

/** @throws NotTestable for tokens of another make, whose claims are tested beside their code */
export async function openMinter(subject: Subject): Promise<Minter> {
  const credential = await subject.login()
  for (const open of FORMATS) {
    const format = await open(subject, credential)
    if (format === null) continue
    const assertTaken = async (token: string) =>
      assertAccepted(await subject.me(token), USER, 'a good token of our own')
    await assertTaken(await format.mint())
    return { ...format, assertTaken }
  }
  throw new NotTestable('no key of its tokens')
}
