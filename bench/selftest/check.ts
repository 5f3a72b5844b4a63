// In this folder: `authbench selftest`, which holds the load engines against a server whose behaviour is known.

import type { ProcessCpu } from '../../src/results/cell.ts'
import type { EngineSlice, EngineTarget, Window } from '../load/engine.ts'
import type { EngineId } from '../load/messages.ts'
import type { Generator, Subject } from '../run/equipment.ts'
import type { Asked, ProxyCheck } from '../worlds/held.ts'
import type { Behaviour, Observed } from './known-behaviour.ts'
import type { Rates, Transfer } from './transfers/through-proxy.ts'

export interface Outcome {
  /** Which of the check's figures: `1 ms`, `p99`. */
  readonly what: string
  /** Null where nothing is known beforehand: the figure is shown, not judged. */
  readonly expected: number | null
  readonly measured: number | null
  /** Largest distance that passes, in the same unit; 0: equal. Null where nothing is judged. */
  readonly tolerance: number | null
  /** `us`, `1` (a ratio), `%`, or what is counted, in the plural. */
  readonly unit: string
  readonly passed: boolean
  /** What it means, for the reader of a failure or of a figure that is only shown. */
  readonly sentence: string
}

/** The server of known behaviour. */
export interface KnownServerProcess {
  readonly origin: string
  /** Counts from zero, and behaves so from now on. Between windows, when no request is on its way. */
  behave(behaviour: Behaviour): Promise<void>
  observe(): Promise<Observed>
  /** As a run reads it; null where the system does not show it. */
  readCpu(): ProcessCpu | null
}

export interface Passage {
  /** Microseconds of each, there and back. */
  readonly roundTripsUs: readonly number[]
  /** What the proxy says of itself; null where there is none. */
  readonly proxy: ProxyCheck | null
}

export interface OpenedLoad {
  refresh(all: boolean): Promise<number>
  slice(window: Window): Promise<EngineSlice>
}

/** What a check measures with, fresh for each. Everything ends with the check. */
export interface CheckContext {
  readonly server: KnownServerProcess
  /** The process that a run has, with all engines in it. */
  readonly generator: Generator
  open(engine: EngineId, target: EngineTarget): Promise<OpenedLoad>
  /**
   * One request after another on a bare socket, from the generator's core.
   * @returns microseconds of each round trip
   */
  askBare(requests: number): Promise<readonly number[]>
  /**
   * One message after another between two ends that do not sleep.
   * @param asked null: with nothing in between
   * @param pauseMs from each answer to the next message
   */
  pass(messages: number, asked: Asked | null, pauseMs?: number): Promise<Passage>
  /** Through a proxy of its own. */
  transfer(what: Transfer, asked: Asked): Promise<Rates>
  /** The same through a link of the kernel. @returns bits per second, or why this machine cannot */
  throughKernel(bytes: number, bitsPerSecond: number): Promise<number | string>
  /** A fresh process of the reference server without authentication. */
  startSubject(): Promise<Subject>
}

export interface Check {
  /** What `--only` takes. */
  readonly id: string
  readonly title: string
  /** Null where no engine is the subject. */
  readonly engine: EngineId | null
  /** Whether a disturbed machine can fail it. Counts and bytes have no such excuse. */
  readonly timed: boolean
  run(context: CheckContext): Promise<readonly Outcome[]>
}

/** Passes when the measured value is within the tolerance; what is not a number never is. */
export function judged(
  figure: {
    readonly what: string
    readonly expected: number
    readonly measured: number
    readonly tolerance: number
    readonly unit: string
  },
  sentence: string,
): Outcome {
  const passed = Math.abs(figure.measured - figure.expected) <= figure.tolerance
  return { ...figure, passed, sentence }
}

/** A figure that is told, not judged. */
export const shown = (what: string, measured: number | null, unit: string, sentence: string): Outcome => ({
  what,
  expected: null,
  measured,
  tolerance: null,
  unit,
  passed: true,
  sentence,
})

/** The same request on every connection. */
export const targetOf = (
  server: KnownServerProcess,
  connections: number,
  headers: Readonly<Record<string, string>> = {},
): EngineTarget => ({
  origin: server.origin,
  connections,
  expectStatus: 200,
  requests: Array.from({ length: connections }, () => ({ method: 'GET', path: '/', headers })),
})

/** A window of a closed loop, or of an open one at an easy rate: for checks that any load will do for. */
export const easyWindow = (engine: EngineId, milliseconds: number, ratePerSecond = 2000): Window => ({
  milliseconds,
  arrivals: engine === 'paced' ? { schedule: 'constant', ratePerSecond, seed: 1 } : null,
})
