import { connect as connectPlain, type OnReadOpts, type Socket } from 'node:net'
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls'
import type { EngineTarget } from '../engine.ts'
import { type Address, addressOf } from './address.ts'

/** Whom connections go to, and who they believe that it is. */
export interface Peer extends Address {
  /** Null: in plain text. */
  readonly trust: SecureContext | null
}

export const peerOf = ({ origin, certificate }: Pick<EngineTarget, 'origin' | 'certificate'>): Peer => ({
  ...addressOf(origin),
  trust: certificate === undefined ? null : createSecureContext({ ca: certificate }),
})

interface Reading {
  readonly noDelay?: boolean
  readonly onread?: OnReadOpts
}

/** What is written and counted is plain text either way: TLS lies below. */
export function connectTo({ trust, ...address }: Peer, reading: Reading = {}): Socket {
  return trust === null
    ? connectPlain({ ...address, ...reading })
    : connectTls({ ...address, ...reading, secureContext: trust })
}

/** What a socket emits once requests can go out, its peer's certificate verified. */
export const readyEvent = ({ trust }: Peer): 'connect' | 'secureConnect' =>
  trust === null ? 'connect' : 'secureConnect'
