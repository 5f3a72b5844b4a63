/** What the known server does with every request; data, so that it travels to another process. */
export interface Behaviour {
  /** From the arrival of a request to its answer. Unless it polls, the server does nothing else meanwhile. */
  readonly holdUs: number
  /** Request number `every / 2`, and then each `every`-th after it, is held for so long, and all others with it. */
  readonly stall: { readonly every: number; readonly us: number } | null
  /** Each of that number answers 500. */
  readonly wrongEvery: number | null
  /** Ends a connection with its n-th response. */
  readonly closeAfter: number | null
  /** Holds the first request of every connection for so long. */
  readonly firstUs: number
  /**
   * Looks for requests all the time, and holds any number of them at once, to the microsecond. Timers and being woken would add tens
   * of microseconds.
   */
  readonly poll: boolean
}

export const INSTANT: Behaviour = {
  holdUs: 0,
  stall: null,
  wrongEvery: null,
  closeAfter: null,
  firstUs: 0,
  poll: false,
}

/** What the server itself saw since it was told how to behave. */
export interface Observed {
  readonly requests: number
  /** Of all requests, as they came out of the sockets. */
  readonly bytes: number
  readonly statuses: Readonly<Record<string, number>>
  /** Connections that clients opened, and that the server ended. */
  readonly accepted: number
  readonly closed: number
  /** Of every request, in the order of their arrival: microseconds since the server was told, and until its answer. */
  readonly arrivalsUs: readonly number[]
  readonly holdsUs: readonly number[]
  /** CPU time of the server's thread, by its own account. */
  readonly threadUs: number
}
