// In this folder: from results to a report. `sections/` build this model, `terminal/`, `markdown/` and `html/` render it.

import type { Facts } from '../advice/facts/facts.ts'
import type { ClaimResult, Estimate, Finding } from '../results/results.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'

/** What a text means, for renderers that have colours: never the only carrier of the meaning. */
export type Tone = 'good' | 'bad' | 'warn' | 'muted' | 'plain'
export type State = StrategyInfo['state']

export type TableCell =
  /** `state`: the mark of a strategy, in addition to its name. `spoken`: what a sign means, for who does not see it. */
  | {
      readonly kind: 'text'
      readonly text: string
      readonly tone: Tone
      readonly state?: State
      readonly spoken?: string
    }
  /** `signed`: a difference. `mark`: behind the number, explained in the note of the table. */
  | {
      readonly kind: 'estimate'
      readonly estimate: Estimate
      readonly signed: boolean
      readonly tone: Tone
      readonly mark?: string
    }

export interface Column {
  readonly title: string
  /** Unit of the estimates below, as in `Results`; renderers choose one scale for the column. Null: text. */
  readonly unit: string | null
}

export interface Table {
  readonly caption: string
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly TableCell[])[]
  /** Of each row the group it stands in: rows of a group are neighbours, and its name stands before them. */
  readonly groups?: readonly string[]
  /** Of each row whether formats that have to be short show it. Without it they show all. */
  readonly kept?: readonly boolean[]
  /** How to read it; rounds are said here. Empty where nothing is to be said. */
  readonly note: string
}

interface ChartFrame {
  /** Unique in the report, usable as a file name and as an HTML id. */
  readonly id: string
  readonly title: string
  /** What is drawn and how to read it, in words: also what a screen reader says. */
  readonly description: string
  readonly unit: string
  /** Said beside the chart: no number without its rounds. */
  readonly rounds: string
}

export interface ChartRow {
  readonly label: string
  readonly state: State
  /** As in a table. */
  readonly group?: string
  readonly kept?: boolean
}

export interface BarSegment {
  readonly name: string
  readonly estimate: Estimate
}
/** One bar per row; later segments are stacked on the earlier ones, each with its own whisker. */
export interface BarChart extends ChartFrame {
  readonly kind: 'bars'
  readonly signed: boolean
  readonly rows: readonly (ChartRow & { readonly segments: readonly BarSegment[] })[]
  readonly references: readonly { readonly value: number; readonly label: string }[]
}
/** Several quantiles per row on one logarithmic axis. */
export interface RangeChart extends ChartFrame {
  readonly kind: 'ranges'
  readonly rows: readonly (ChartRow & { readonly points: readonly BarSegment[] })[]
}
interface QuantilePoint {
  readonly quantile: number
  readonly value: number
}
/** Pooled latency against 1 / (1 - quantile), both axes logarithmic. */
export interface SpectrumChart extends ChartFrame {
  readonly kind: 'spectrum'
  readonly rows: readonly (ChartRow & {
    readonly points: readonly QuantilePoint[]
    /** The part of it that the server took; empty in a closed loop, where it is all of it. */
    readonly service: readonly QuantilePoint[]
  })[]
}
/** One line per row, which may end at different places; values on a logarithmic axis. */
export interface CurveChart extends ChartFrame {
  readonly kind: 'curve'
  /** What the values are, for the head of the drawing. */
  readonly what: string
  readonly axis: { readonly title: string; readonly scale: 'linear' | 'log' }
  readonly rows: readonly (ChartRow & {
    /** Lowest x first. */
    readonly points: readonly { readonly x: Estimate; readonly estimate: Estimate }[]
  })[]
}
/** What each row was in, over time, and what was done meanwhile. */
export interface TimelineChart extends ChartFrame {
  readonly kind: 'timeline'
  readonly states: readonly { readonly id: string; readonly name: string; readonly tone: Tone }[]
  readonly rows: readonly (ChartRow & {
    readonly spans: readonly { readonly from: number; readonly to: number; readonly state: string }[]
  })[]
  readonly events: readonly { readonly at: number; readonly label: string }[]
}
/** Values of single rounds in the order they were measured, relative to the row's median. */
export interface StripChart extends ChartFrame {
  readonly kind: 'strip'
  readonly rows: readonly (ChartRow & {
    readonly values: readonly { readonly round: number; readonly value: number }[]
  })[]
}
/** Ratios to the baseline; only an interval that lies wholly outside of `band` is a difference. */
export interface ForestChart extends ChartFrame {
  readonly kind: 'forest'
  readonly better: 'lower' | 'higher'
  readonly rows: readonly (ChartRow & { readonly ratio: Estimate; readonly shown: boolean })[]
  readonly band: { readonly low: number; readonly high: number } | null
}
/** Rows in groups from the strictest promise to the loosest; a dot for each cost, a line through what nothing beats on both. */
export interface TradeoffChart extends ChartFrame {
  readonly kind: 'tradeoff'
  readonly rows: readonly (ChartRow & {
    /** Of the strategy: what a page finds its marks by. */
    readonly id: string
    readonly estimate: Estimate
    /** Size of the dot. */
    readonly bytes: number | null
    /** Nothing that promises as much is shown to cost less. */
    readonly front: boolean
  })[]
}
export type PartId = 'http' | 'verify' | 'client' | 'redis' | 'auth' | 'rest'
/** Parts side by side that add up to a total; only the last may be below zero, and then takes back from the others. */
export interface StackChart extends ChartFrame {
  readonly kind: 'stack'
  /** The legend. */
  readonly parts: readonly { readonly id: PartId; readonly name: string }[]
  readonly rows: readonly (ChartRow & {
    readonly parts: readonly { readonly id: PartId; readonly estimate: Estimate }[]
    readonly total: Estimate
  })[]
}
export type Chart =
  | BarChart
  | RangeChart
  | SpectrumChart
  | CurveChart
  | TimelineChart
  | StripChart
  | ForestChart
  | StackChart
  | TradeoffChart

export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string; readonly tone: Tone }
  /** What must not be missed: a run that is partial, invalid or not judged. */
  | {
      readonly kind: 'notice'
      readonly tone: Tone
      readonly title: string
      readonly lines: readonly string[]
    }
  | {
      readonly kind: 'facts'
      readonly facts: readonly { readonly label: string; readonly text: string; readonly tone: Tone }[]
    }
  /** Looked up rather than read: `open` on a page, closed in a comment, only named on a terminal. */
  | {
      readonly kind: 'folded'
      readonly title: string
      readonly open: boolean
      readonly blocks: readonly Block[]
    }
  /** What experiments found, where their own sections are not shown. */
  | { readonly kind: 'found'; readonly blocks: readonly Block[] }
  | { readonly kind: 'list'; readonly title: string; readonly items: readonly string[] }
  | { readonly kind: 'command'; readonly text: string }
  | { readonly kind: 'table'; readonly table: Table }
  | { readonly kind: 'chart'; readonly chart: Chart }
  | { readonly kind: 'claims'; readonly claims: readonly ClaimResult[] }
  /** A line for each claim that has a verdict. What nothing was measured for would hide them: it is counted. */
  | {
      readonly kind: 'verdicts'
      readonly judged: readonly ClaimResult[]
      readonly unmeasured: readonly ClaimResult[]
    }
  /** What a reader needs in, strategies out: on a page to be tried, elsewhere the command that does it. */
  | { readonly kind: 'advice'; readonly facts: Facts; readonly command: string }
  | { readonly kind: 'findings'; readonly findings: readonly Finding[] }

export interface Section {
  readonly id: string
  readonly title: string
  readonly blocks: readonly Block[]
}

export interface Report {
  readonly title: string
  readonly sections: readonly Section[]
}

export const textCell = (text: string, tone: Tone = 'plain'): TableCell => ({ kind: 'text', text, tone })
export const strategyCell = ({ title, state }: StrategyInfo): TableCell => ({
  kind: 'text',
  text: title,
  tone: 'plain',
  state,
})
export const estimateCell = (
  estimate: Estimate,
  signed = false,
  tone: Tone = 'plain',
  mark = '',
): TableCell => ({
  kind: 'estimate',
  estimate,
  signed,
  tone,
  mark,
})
/** Not measured is said, never drawn as zero. */
export const MISSING: TableCell = textCell('–', 'muted')
