export interface EngineRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

export interface EngineTarget {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string
  readonly connections: number
  readonly expectStatus: number
  /** At least one for each connection; every connection walks a part of its own. */
  readonly requests: readonly EngineRequest[]
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
  readonly statuses: Readonly<Record<string, number>>
  readonly errors: number
  readonly timeouts: number
  readonly reconnects: number
  /** Expected statuses only; HDR V2 base64, microseconds. */
  readonly latencyHdr: string
  /** Mean of the unrounded latencies of all responses, for Little's law. */
  readonly meanLatencyUs: number
  /** Between each connection's last response and the last response of all, summed over connections. */
  readonly idleUs: number
}

/** Connections that are up, each past its first response, and idle between slices. */
export interface OpenLoad {
  slice(milliseconds: number): Promise<EngineSlice>
  close(): void
}

export interface LoadEngine {
  readonly id: string
  /** Resolves when every connection has had its first response, which contains the connect and is dropped. */
  open(target: EngineTarget): Promise<OpenLoad>
}
