// In this folder: load balancers, and users who go through one.

import type { Balance } from '../../../src/experiments/scale-out/observation.ts'
import type { Address } from '../../load/http/address.ts'

export interface BalancerOptions {
  readonly balance: Balance
  /** Of servers at the same time. */
  readonly slots: number
}

/** Distributes requests over the servers in its slots, which are numbered from 0. */
export interface Balancer {
  readonly origin: string
  readonly product: string
  /** The server in the slot takes requests from now on; resolves when it does. */
  enter(slot: number, server: Address): Promise<void>
  /** From now on it gets only requests of users whom their cookie leads to it. */
  drain(slot: number): Promise<void>
  /** It gets no more requests. */
  leave(slot: number): Promise<void>
  /** Resolves when it has been noticed that its server is dead. */
  missed(slot: number): Promise<void>
  /** By slot, so far; checks of health are none. */
  requests(): Promise<readonly number[]>
  stop(): Promise<void>
}

/** Names of servers in cookies and configuration. */
export const serverName = (slot: number): string => `s${slot}`
/** Of the cookie that ties a user to a server. */
export const STICKY_COOKIE = 'SRV'
