// In this folder: the load generator. This file is the contract of its engines `autocannon/` and `paced/`; `main.ts` is their process.

import { openingMs } from '../../src/worlds/opening-time.ts'
import type { Link } from '../../src/worlds/world.ts'

/** Stands for the connection's own token in the headers or the body of a request that sends it. */
export const OWN = '{own}'

export interface EngineRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Credentials of one kind, with a histogram of their own; none where all are alike. */
  readonly cohort?: string
  /** Other than the target's. */
  readonly expectStatus?: number
  /** The tokens in the answer (RFC 6749 section 5.1) become the connection's own; an answer without them leaves it none. */
  readonly keeps?: true
  /** What `OWN` is replaced by when the request is written. */
  readonly sends?: 'credential' | 'refresh token'
  /** No window ends between its answer and the next request of the connection. */
  readonly leads?: true
}

export interface EngineTarget {
  /** `http://127.0.0.1:PORT` or `https:`. */
  readonly origin: string
  /** What requests name as their host; absent: the origin's. */
  readonly host?: string
  /** Over TLS: the one that the server has to show, or that of who signed it (PEM); absent: as Node.js trusts. */
  readonly certificate?: string
  /** Between its clients and it; absent: none. What they wait for a first answer goes by it. */
  readonly link?: Link
  readonly connections: number
  readonly expectStatus: number
  /**
   * At least one for each connection; every connection walks a part of its own, in their order and again and again. What renews the
   * credential of a request renews it wherever the same object is.
   */
  readonly requests: readonly EngineRequest[]
  /** One for each connection: its very first request, which is never measured and never sent again. */
  readonly opening?: readonly EngineRequest[]
}

/** Where requests go, and what lies on their way. */
export type Reached = Pick<EngineTarget, 'origin' | 'host' | 'certificate' | 'link'>

const bytesOf = ({ path, headers, body = '' }: EngineRequest): number =>
  [path, ...Object.entries(headers).flat(), body].reduce((sum, text) => sum + text.length, 0)

/** Added to what each connection may take until it has its first answer. */
export function addedByLink({
  link,
  connections,
  requests,
}: Pick<EngineTarget, 'link' | 'connections' | 'requests'>): number {
  if (link === undefined) return 0
  const largest = requests.reduce((most, request) => Math.max(most, bytesOf(request)), 0)
  return openingMs(link, connections, largest)
}

export const hostOf = ({ origin, host }: Pick<EngineTarget, 'origin' | 'host'>): string =>
  host ?? new URL(origin).host

/** When requests are sent, whatever the server does: an open model (Schroeder, Wierman, Harchol-Balter, NSDI 2006). */
export interface Arrivals {
  /** Independent users (exponential gaps), or a metronome. */
  readonly schedule: 'poisson' | 'constant'
  readonly ratePerSecond: number
  /** Same seed, same schedule: what one strategy meets, all meet. */
  readonly seed: number
  /** Of several generators that send one schedule together; absent: there is one. */
  readonly share?: { readonly index: number; readonly of: number }
}

export interface Window {
  readonly milliseconds: number
  /** Null: a closed loop, in which every connection sends its next request as soon as it has its answer. */
  readonly arrivals: Arrivals | null
}

/** What a paced window shows beside its latencies. */
export interface SlicePacing {
  /** Requests that the schedule held. */
  readonly arrivals: number
  /** Per second: arrivals over the window, and those that were sent over the window or up to the last write, whichever is later. */
  readonly targetRate: number
  readonly achievedRate: number
  /** Requests that found no free connection when they were due, and the most that waited at once. */
  readonly queued: number
  readonly longestQueue: number
  /** Time from writing the request to the complete response; expected statuses only; HDR V2 base64, microseconds. */
  readonly serviceHdr: string
  /** Time from the intended moment to writing the request, of requests that found a free connection: the pacer's own lateness. */
  readonly lagHdr: string
  /** Requests on the wire, integrated over time: for Little's law. */
  readonly inFlightUs: number
  /** Sum over all responses of the time from write to complete response. */
  readonly serviceUs: number
}

/** Bytes of all that was counted: exact for each only where the least are the most. */
export interface Sizes {
  readonly sum: number
  readonly least: number
  readonly most: number
}

export interface CohortSlice {
  readonly responses: number
  /** With the expected status. */
  readonly requests: number
  readonly latencyHdr: string
}

/** What one window on one server gave. It begins and ends with no request in flight, so that counters match exactly. */
export interface EngineSlice {
  /** From the first request to the last response. */
  readonly seconds: number
  /** Responses with the expected status. */
  readonly requests: number
  /** Responses with any status. */
  readonly responses: number
  readonly requestBytes: number
  /** Of the requests that the responses answer, and of the heads of these. Absent where nothing was answered. */
  readonly sizes?: { readonly request: Sizes; readonly responseHead: Sizes }
  readonly statuses: Readonly<Record<string, number>>
  /** Requests on a connection that ended before their response. */
  readonly errors: number
  readonly timeouts: number
  /** Responses that nobody waited for, in the window or since the last one. */
  readonly unasked: number
  /** Connections that the server closed in order, after a response, and that were opened again. Its clients pay for that, and so it is in all numbers. */
  readonly reconnects: number
  /**
   * Expected statuses only; HDR V2 base64, microseconds. From the write in a closed loop, from the intended moment in an open one, so
   * that a server that stalls cannot hide it (coordinated omission, Tene).
   */
  readonly latencyHdr: string
  /** Mean of the unrounded latencies of all responses, for Little's law. */
  readonly meanLatencyUs: number
  /** Between each connection's last response and the last response of all, summed over connections. */
  readonly idleUs: number
  /** Null in a closed loop. */
  readonly pacing: SlicePacing | null
  /** By the name that requests carry; empty where none does. */
  readonly cohorts: Readonly<Record<string, CohortSlice>>
}

/** Connections that are up, each past its first response, and idle between slices. */
export interface OpenLoad {
  slice(window: Window): Promise<EngineSlice>
  /**
   * Opens what the server closed while the connections rested, each with one request that is not measured.
   * @param all every connection sends one, so that the server does not close it just when the window begins
   * @returns how many the server had closed since the last window
   */
  refresh(all: boolean): Promise<number>
  close(): void
}

export interface LoadEngine {
  readonly id: string
  readonly model: 'closed' | 'open'
  /** Resolves when every connection has had its first response, which contains the connect and is dropped. */
  open(target: EngineTarget): Promise<OpenLoad>
}
