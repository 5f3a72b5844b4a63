// In this folder: what a machine does to a measurement, judged from facts that `bench/doctor/` reads.

/** What a machine and an environment show of themselves before anything is measured. Null throughout: that cannot be read. */
export interface Facts {
  readonly platform: string
  readonly node: string
  readonly processors: {
    /** Those that may be used. */
    readonly allowed: readonly number[] | null
    readonly isolated: readonly number[]
    /** How many cores Node counts. */
    readonly counted: number
    /** Physical cores among those that may be used. */
    readonly physical: number | null
  }
  /** Cores; `hidden`: not all groups that this process is in can be seen, so that there may be a narrower one. */
  readonly quota: { readonly cores: number | null; readonly hidden: boolean }
  readonly frequency: { readonly governors: readonly string[]; readonly turbo: boolean | null }
  readonly clockSource: string | null
  readonly schedstat: boolean
  /** How /proc hides processes of other users; null: it does not, or there is none. */
  readonly hidepid: string | null
  readonly userNamespace: boolean
  readonly pinning: { readonly possible: boolean; readonly sentence: string }
  readonly priority: {
    readonly mayYield: boolean
    readonly nice: number | null
    readonly autogroup: boolean | null
  }
  readonly openFiles: number | null
  readonly ports: {
    readonly range: number | null
    readonly waiting: number | null
    readonly backlog: number | null
  }
  readonly loopback: { readonly v4: boolean; readonly v6: boolean }
  readonly memoryBytes: number | null
  readonly results: Place
  readonly temporary: Place
  /** Names of variables that alter Node, never their values. */
  readonly variables: readonly string[]
  /** Process of another run that is measuring; in words why that cannot be told. */
  readonly otherRun: number | string | null
  readonly hugePages: string | null
  /** What takes time to find out; null: not looked at. */
  readonly redis: RedisFact | null
  readonly sample: Sample | null
}

export interface Place {
  readonly path: string
  readonly writable: boolean
  readonly freeBytes: number | null
}

export type RedisFact =
  | { readonly kind: 'own' | 'given'; readonly version: string; readonly place: string }
  | { readonly kind: 'none'; readonly why: string; readonly next: string }

/** Over a second or two in which authbench did nothing else. */
export interface Sample {
  /** Shares of the time of all processors. */
  readonly steal: number | null
  readonly foreign: number | null
  /** Times that a CPU quota stopped processes of the group. */
  readonly stops: number | null
  readonly clockStepUs: number
  /** How late 99 of 100 timers were. */
  readonly timerLateMs: number
}
