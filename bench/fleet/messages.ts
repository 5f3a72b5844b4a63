import type { JWK } from 'jose'
import { z } from 'zod'
import type { AgentWindow, ProcessCpu } from '../../src/results/cell.ts'
import type { EngineSlice, Window } from '../load/engine.ts'
import type { WarmUp, WarmUpLane } from '../load/messages.ts'

/** Who loads, and who has the servers. */
export type MemberKind = 'agent' | 'host'

/** What a member says of itself for as long as it is there. */
export interface Presence {
  /** Of this start of it. */
  readonly id: string
  readonly kind: MemberKind
  readonly name: string
  readonly cores: number
  readonly cpu: string
  readonly kernel: string
  /** Of the running kernel: two with one are on one machine. */
  readonly boot: string | null
  /** Whom credentials are sealed to. */
  readonly publicKey: JWK
}

/** What the coordinator asks of each agent, by name of the job. */
export interface Asked {
  /** @param besideServers on one machine with them: a paced client, which never sleeps, then lets them and Redis go first */
  readonly start: { readonly besideServers: boolean }
  readonly open: { readonly sealed: string }
  readonly 'warm up': {
    readonly lanes: readonly WarmUpLane[]
    readonly requests: number
    readonly limitMs: number
  }
  readonly refresh: { readonly key: string; readonly all: boolean }
  /** @param startAtUs of the control Redis' clock */
  readonly slice: { readonly key: string; readonly window: Window; readonly startAtUs: number }
  readonly stop: Record<string, never>
}

/** One agent's part of a window. Moments are of the control Redis' clock. */
export interface PartOfWindow {
  readonly slice: EngineSlice
  readonly cpu: ProcessCpu
  readonly startedAtUs: number
  readonly clockBoundUs: number
  readonly machine: AgentWindow['machine']
  readonly throttled: NonNullable<AgentWindow['throttled']> | null
}

export interface Answered {
  readonly start: null
  readonly open: null
  readonly 'warm up': Readonly<Record<string, WarmUp>>
  readonly refresh: number
  readonly slice: PartOfWindow
  readonly stop: null
}

export type Step = keyof Asked

/** With the id of the run that asks: an agent serves the one that started last. */
export type Sent<Name extends Step> = Asked[Name] & { readonly run: string }

const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
  next: z.string(),
  exitCode: z.union([z.literal(1), z.literal(2), z.literal(3)]),
})
export type Failure = z.infer<typeof failureSchema>

const REPORT_IT = 'This is a defect of authbench; please report it with the command that you ran.'

/** A failure on a member, as it travels: BullMQ carries nothing but a message. */
export const failureText = (
  code: string,
  message: string,
  { next = REPORT_IT, exitCode = 3 }: { readonly next?: string; readonly exitCode?: number } = {},
): string => JSON.stringify({ code, message, next, exitCode })

export function failureOf(text: string): Failure {
  try {
    const parsed = failureSchema.safeParse(JSON.parse(text))
    if (parsed.success) return parsed.data
  } catch {
    // Of BullMQ itself.
  }
  return { code: 'MEMBER_FAILED', message: text, next: REPORT_IT, exitCode: 3 }
}
