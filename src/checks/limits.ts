import type { Limits } from './check.ts'

/**
 * Fixed before any run, so that no result decides what counts as one. Fractions unless said otherwise.
 * Shares and drifts are proposals from practice; Little's and the utilisation law hold for every stable system
 * (Lazowska et al., "Quantitative System Performance", 1984, chapter 3), so only rounding and the edges of the windows may
 * part them from 1.
 */
export const LIMITS = {
  /** Any at all. */
  failures: { warn: null, invalid: 0 },
  /** Processor time that the hypervisor gave to other machines. */
  steal: { warn: 0.01, invalid: 0.03 },
  /**
   * Time that a CPU quota kept processes from running. One stop lasts tens of milliseconds and holds up all that are in flight: beyond one
   * in a hundred it is the quota that p99 shows, and throughput is the quota's as well.
   */
  throttling: { warn: 0, invalid: 0.01 },
  /** Processor time of processes that are none of server, Redis and generator. */
  foreign: { warn: 0.08, invalid: 0.15 },
  /** Distance of throughput x latency from the number of connections. */
  little: { warn: 0.02, invalid: 0.05 },
  /** Cores that the server's JavaScript thread used. */
  utilisation: { warn: 1.02, invalid: 1.05 },
  /** Requests of an open loop that were sent late: 1 - achieved / target rate. */
  pacing: { warn: 0.01, invalid: 0.05 },
  /** How late a proxy delivered nine of ten, both ways together: microseconds. */
  lateness: { warn: 100, invalid: 200 },
  /** Distance of a link's rate from what was asked. */
  linkRate: { warn: null, invalid: 0.02 },
  /** Cores that the generator's thread used. Beyond, the numbers are right, but they are the client's. */
  generator: { warn: 0.85, invalid: null },
  /** Time between the starts of the first and the last load agent, and what their clocks may hide, in windows. */
  startSkew: { warn: 0.02, invalid: 0.05 },
  /** How much longer one agent's windows are than another's: a slowest answer explains some of it, a frozen process more. */
  agentsEnd: { warn: 0.1, invalid: 0.25 },
  /** Change of server CPU per request from the first to the second half of the slices, beyond what the round shares. */
  drift: { warn: 0.1, invalid: 0.3 },
  /** CPU time that may be missing because threads or children ended: ticks of 10 ms, see bench/machine/cpu-time/cpu-counter.ts. */
  cpuLag: { warn: 0.05, invalid: 0.25 },
  /** Bytes that each request leaves behind. A stored session is 0.3 to 0.6 KiB; slower leaks do not show in windows this short. */
  memory: { warn: 8192, invalid: 32_768 },
} as const satisfies Record<string, Limits>

/** How late the paced client may write the 99th of 100 requests that found a free connection: this, or a tenth of p99. Microseconds. */
export const SEND_LAG_US = 1000
export const SEND_LAG_SHARE = 0.1

/** From here on throughput and latency describe the generator. */
export const CLIENT_LIMITED = 0.95

/** Below it the server could have done more: throughput is not its capacity. */
export const SATURATED = 0.95

/**
 * Shorter windows cannot tell: the kernel counts machine time in ticks of 10 ms, and the compiler is still busy. Seconds,
 * all slices of the cell together.
 */
export const MINIMUM_SECONDS = 0.4

/** What heap and compiled code of a sound server grow by during a cell, and more. */
export const MINIMUM_GROWTH_BYTES = 16 * 2 ** 20
