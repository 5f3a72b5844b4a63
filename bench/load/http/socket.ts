import { connect as connectPlain, isIP, type OnReadOpts, type Socket } from 'node:net'
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls'
import { type EngineTarget, hostOf } from '../engine.ts'
import { type Address, addressOf } from './address.ts'

/** Whom connections go to, and who they believe that it is. */
export interface Peer extends Address {
  /** Null: in plain text. */
  readonly trust: SecureContext | null
  /** What the certificate has to be for, where that is a name; absent: the number that `host` is. */
  readonly servername?: string
}

/** Without a certificate those are trusted that Node.js trusts. */
export function peerOf(target: Pick<EngineTarget, 'origin' | 'host' | 'certificate'>): Peer {
  const { origin, certificate } = target
  const address = addressOf(origin)
  if (!origin.startsWith('https:')) return { ...address, trust: null }
  const { host: name } = addressOf(`https://${hostOf(target)}`)
  return {
    ...address,
    trust: createSecureContext(
      // The one that is named is enough, whoever signed it.
      certificate === undefined ? {} : { ca: certificate, allowPartialTrustChain: true },
    ),
    ...(isIP(name) === 0 ? { servername: name } : {}),
  }
}

interface Reading {
  readonly noDelay?: boolean
  readonly onread?: OnReadOpts
}

/** What is written and counted is plain text either way: TLS lies below. */
export function connectTo({ trust, servername, ...address }: Peer, reading: Reading = {}): Socket {
  return trust === null
    ? connectPlain({ ...address, ...reading })
    : connectTls({
        ...address,
        ...reading,
        secureContext: trust,
        ...(servername === undefined ? {} : { servername }),
      })
}

/** What a socket emits once requests can go out, its peer's certificate verified. */
export const readyEvent = ({ trust }: Peer): 'connect' | 'secureConnect' =>
  trust === null ? 'connect' : 'secureConnect'
