// In this folder: from what a stored run measured to what a load needs.

/** The load of whoever asks. */
export interface CapacityInputs {
  /** Over all regions. */
  readonly requestsPerSecond: number
  /** Logged in at the same time. Null: not said. */
  readonly users: number | null
  /** Life of an access token, in seconds. Null: not said. */
  readonly ttlSeconds: number | null
  readonly regions: number
  /** Share of a core that is planned for: the rest is for peaks. */
  readonly utilisation: number
}

export type CapacityTexts = Readonly<Record<keyof CapacityInputs, string | undefined>>

const DEFAULTS = { regions: 1, utilisation: 0.6 } as const

interface Rule {
  readonly option: string
  readonly least: number
  readonly most: number
  readonly whole: boolean
}

const RULES: Readonly<Record<keyof CapacityInputs, Rule>> = {
  requestsPerSecond: { option: '--requests', least: 1e-3, most: 1e12, whole: false },
  users: { option: '--users', least: 1, most: 1e12, whole: true },
  ttlSeconds: { option: '--ttl', least: 1, most: 1e9, whole: false },
  regions: { option: '--regions', least: 1, most: 1000, whole: true },
  utilisation: { option: '--utilisation', least: 0.01, most: 1, whole: false },
}

const INPUTS = ['requestsPerSecond', 'users', 'ttlSeconds', 'regions', 'utilisation'] as const

/** `0.6` and `60%` are the same. */
function numberOf(text: string): number {
  const [, digits, percent] = /^(\d{1,15}(?:\.\d{1,9})?)\s*(%?)$/.exec(text.trim()) ?? []
  return digits === undefined ? Number.NaN : Number(digits) / (percent === '%' ? 100 : 1)
}

/** @returns the problems, one line each; no inputs where there is one */
export function readInputs(texts: CapacityTexts): {
  readonly inputs: CapacityInputs | null
  /** What was said, not what it is by default. */
  readonly given: readonly (keyof CapacityInputs)[]
  readonly problems: readonly string[]
} {
  const problems: string[] = []
  const read = (name: keyof CapacityInputs): number | null => {
    const text = texts[name]
    if (text === undefined) return null
    const { option, least, most, whole } = RULES[name]
    const value = numberOf(text)
    const isPercent = text.includes('%') && name !== 'utilisation'
    if (!isPercent && value >= least && value <= most && (!whole || Number.isInteger(value))) return value
    const shown = text.slice(0, 40)
    problems.push(
      name === 'utilisation'
        ? `${option}: “${shown}” is no share from 1 % to 100 %, such as 60% or 0.6`
        : `${option}: “${shown}” is no ${whole ? 'whole ' : ''}number from ${least} to ${most}`,
    )
    return null
  }
  const requestsPerSecond = read('requestsPerSecond')
  if (texts.requestsPerSecond === undefined)
    problems.push('--requests: how many requests a second is missing')
  const rest = {
    users: read('users'),
    ttlSeconds: read('ttlSeconds'),
    regions: read('regions') ?? DEFAULTS.regions,
    utilisation: read('utilisation') ?? DEFAULTS.utilisation,
  }
  return {
    inputs: requestsPerSecond === null || problems.length > 0 ? null : { requestsPerSecond, ...rest },
    given: INPUTS.filter((name) => texts[name] !== undefined),
    problems,
  }
}
