// In this folder: the pure floor, without files, sockets, processes or clocks. What lies beside the rooms is for all of them.

import type { Estimate } from './results/results.ts'

/** How a unit of `Results` is written: `text = number / divisor`, then `label`. */
export interface Scale {
  readonly label: string
  readonly divisor: number
  /** Last digit shown, for estimates whose own last digit is at most one place away. */
  readonly step?: number
}

/** The three things that a reader must see of an estimate, each as text. */
export interface EstimateText {
  readonly value: string
  readonly unit: string
  /** `[45.0, 47.3]`, `(95 to 1,590)` (of unlike requests), `exact` (the same in every round) or `no interval` (fewer than 6 rounds). */
  readonly interval: string
}

export interface EstimateOptions {
  /** Differences: a plus sign where the value is above zero. */
  readonly signed?: boolean
  /** One scale for a whole column; without it the estimate chooses its own. */
  readonly scale?: Scale
}

const MINUS = '\u2212'
const SCALES: Readonly<Record<string, readonly Scale[]>> = {
  us: [
    { label: 'µs', divisor: 1 },
    { label: 'ms', divisor: 1_000 },
    { label: 's', divisor: 1_000_000 },
  ],
  ms: [
    { label: 'ms', divisor: 1 },
    { label: 's', divisor: 1_000 },
  ],
}
const LABELS: Readonly<Record<string, string>> = {
  'us/req': 'µs/req',
  '1/req': 'per request',
  rps: 'req/s',
  ratio: '×',
}

/** The scale in which `magnitude` (in `unit`) reads best. Costs per request are never rescaled. */
export function scaleOf(unit: string, magnitude: number): Scale {
  const scales = SCALES[unit] ?? [{ label: LABELS[unit] ?? unit, divisor: 1 }]
  const fitting = scales.filter((scale) => Math.abs(magnitude) >= scale.divisor)
  return fitting.at(-1) ?? scales[0] ?? { label: unit, divisor: 1 }
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `value` rounded to a multiple of `step` (a power of ten), with thousands separators. */
function rounded(value: number, step: number, signed: boolean): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '?' : value > 0 ? '∞' : `${MINUS}∞`
  const decimals = step >= 1 ? 0 : Math.round(-Math.log10(step))
  const stepped = step > 1 ? Math.round(value / step) * step : value
  const [whole = '', fraction] = Math.abs(stepped).toFixed(decimals).split('.')
  const text = fraction === undefined ? grouped(whole) : `${grouped(whole)}.${fraction}`
  if (!/[1-9]/.test(text)) return text
  return stepped < 0 ? MINUS + text : signed ? `+${text}` : text
}

const FINEST_STEP = 0.001

/** Two significant digits of the interval's width decide the digits of the estimate. */
function stepOfWidth(width: number): number {
  return Math.max(10 ** (Math.floor(Math.log10(width)) - 1), FINEST_STEP)
}

/** Without a width: three significant digits. */
function stepOfValue(value: number): number {
  if (value === 0) return 1
  return Math.max(10 ** (Math.floor(Math.log10(Math.abs(value))) - 2), FINEST_STEP)
}

function ownStep({ value, low, high }: Estimate, divisor: number): number {
  return low === null || high === null ? stepOfValue(value / divisor) : stepOfWidth((high - low) / divisor)
}

/** Whether every number is the same in all rounds: said once, not beside each. */
export const isExact = (estimates: readonly Estimate[]): boolean =>
  estimates.length > 0 && estimates.every(({ low, high }) => low !== null && low === high)

/** One scale, and as far as the intervals allow one number of decimals, for numbers that are read together. */
export function commonScale(unit: string, estimates: readonly Estimate[]): Scale {
  const scale = scaleOf(unit, Math.max(0, ...estimates.map(({ value }) => Math.abs(value))))
  const steps = estimates
    .filter(({ value, low, high }) => (low === null ? value !== 0 : low !== high))
    .map((estimate) => ownStep(estimate, scale.divisor))
    .sort((a, b) => a - b)
  const step = steps[Math.floor(steps.length / 2)]
  return step === undefined ? scale : { ...scale, step }
}

function stepIn(scale: Scale, own: number): number {
  const places = scale.step === undefined ? 2 : Math.abs(Math.log10(scale.step / own))
  return places < 1.5 ? (scale.step ?? own) : own
}

function exactText(value: number, signed: boolean): string {
  return rounded(value, FINEST_STEP, signed)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')
}

/** An end that is not zero is never written as zero, which would say that the interval ends or begins there. */
function boundText(bound: number, step: number, signed: boolean): string {
  if (bound === 0 || Math.abs(bound) >= step / 2) return rounded(bound, step, signed)
  const finer = 10 ** Math.floor(Math.log10(Math.abs(bound)))
  if (finer >= FINEST_STEP) return rounded(bound, finer, signed)
  return bound < 0 ? `>${MINUS}${FINEST_STEP}` : `<${signed ? '+' : ''}${FINEST_STEP}`
}

export function estimateText(estimate: Estimate, unit: string, options: EstimateOptions = {}): EstimateText {
  const scale = options.scale ?? scaleOf(unit, estimate.value)
  const signed = options.signed ?? false
  const value = estimate.value / scale.divisor
  if (estimate.low === null || estimate.high === null) {
    const text = Number.isInteger(value)
      ? exactText(value, signed)
      : rounded(value, stepIn(scale, stepOfValue(value)), signed)
    return { value: text, unit: scale.label, interval: 'no interval' }
  }
  const low = estimate.low / scale.divisor
  const high = estimate.high / scale.divisor
  if (low === high) return { value: exactText(value, signed), unit: scale.label, interval: 'exact' }
  if (estimate.isRange) {
    const [least, most] = [low, high].map((bound) => exactText(bound, signed))
    return {
      value: Number.isInteger(value) ? exactText(value, signed) : rounded(value, stepOfValue(value), signed),
      unit: scale.label,
      interval: `(${least} to ${most})`,
    }
  }
  const step = stepIn(scale, stepOfWidth(high - low))
  const bounds = [low, high].map((bound) => boundText(bound, step, signed)).join(', ')
  return { value: rounded(value, step, signed), unit: scale.label, interval: `[${bounds}]` }
}

/** `46.1 µs/req [45.0, 47.3]`, `1.83× [1.79, 1.88]`, `812 B exact`, `46.1 µs/req, no interval`. */
export function formatEstimate(estimate: Estimate, unit: string, options: EstimateOptions = {}): string {
  const { value, unit: label, interval } = estimateText(estimate, unit, options)
  const space = label === '×' || label === '' ? '' : ' '
  return `${value}${space}${label}${interval === 'no interval' ? ', ' : ' '}${interval}`
}

/** A ratio as change: 1.013 [0.991, 1.024] is `+1.3 % [−0.9, +2.4]`. */
export function formatChange(ratio: Estimate): string {
  const percent = (value: number) => (value - 1) * 100
  const { value, low, high } = ratio
  if (low === null || high === null) return `${rounded(percent(value), 0.1, true)} %, no interval`
  const change = { ...ratio, value: percent(value), low: percent(low), high: percent(high) }
  return formatEstimate(change, '%', { signed: true })
}

/** A number without an interval: axis ticks, limits, counts. Three significant digits, unit apart. */
export function formatNumber(value: number): string {
  return Number.isInteger(value) ? rounded(value, 1, false) : exactText(Number(value.toPrecision(3)), false)
}

/** A quantity without an interval: `1.46 ms`, `1,460 B`. */
export function formatQuantity(value: number, unit: string): string {
  const scale = scaleOf(unit, value)
  return `${formatNumber(value / scale.divisor)}${scale.label === '×' ? '' : ' '}${scale.label}`
}

/** A fraction, not a percentage: 0.0134 is `1.3 %`. */
export function formatPercent(fraction: number): string {
  const percent = fraction * 100
  return `${rounded(percent, Math.abs(percent) < 10 ? 0.1 : 1, false)} %`
}

/** Bytes of memory, in powers of 1,024. Sizes on the wire stay in `B`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1)
  return `${formatNumber(Number((bytes / 1024 ** power).toPrecision(3)))} ${units[power] ?? 'B'}`
}

/** `250 ms`, `4.5 s`, `2 min 5 s`, `1 h 12 min`, `3 d 4 h`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 10_000) return `${exactText(Math.round(milliseconds / 100) / 10, false)} s`
  const seconds = Math.round(milliseconds / 1_000)
  const steps: readonly (readonly [number, string])[] = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ]
  const first = steps.findIndex(([size]) => seconds >= size)
  const [large, small] = [steps[first], steps[first + 1]]
  if (large === undefined) return '0 s'
  const rest = small === undefined ? 0 : Math.floor((seconds % large[0]) / small[0])
  const whole = `${Math.floor(seconds / large[0])} ${large[1]}`
  return small === undefined || rest === 0 ? whole : `${whole} ${rest} ${small[1]}`
}

/** 0.999 is `p99.9`. */
export function formatQuantile(quantile: number): string {
  return `p${Number((quantile * 100).toPrecision(12))}`
}

/** Three decimals, and never a zero: `0.031`, `< 0.001`. */
export function formatProbability(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3)
}

/** `1 round`, `6 rounds`, `1,000 cells`. */
export function formatCount(count: number, singular: string, plural = `${singular}s`): string {
  return `${rounded(count, 1, false)} ${count === 1 ? singular : plural}`
}

/** `1 core`, `1.5 cores`: quotas need not be whole. */
export const formatCores = (cores: number): string =>
  `${formatNumber(cores)} ${cores === 1 ? 'core' : 'cores'}`

/** `a`, `a and b`, `a, b and c`. */
export function formatList(words: readonly string[]): string {
  const last = words.at(-1) ?? 'none'
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`
}

/** An ISO instant as `2026-11-24 09:15 UTC`. */
export function formatInstant(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
}

/** The first `limit` words, and how many more there are. */
export function enumerateSome(words: readonly string[], limit: number): string {
  const more = words.length - limit
  return more > 0 ? `${words.slice(0, limit).join(', ')} and ${more} more` : formatList(words)
}
