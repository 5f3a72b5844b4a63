/** Where something is in a text; both counted from 1. */
export interface JsonPosition {
  readonly line: number
  readonly column: number
}

/** Why a text cannot be taken as the JSON that it looks like. */
export interface JsonProblem extends JsonPosition {
  /** `syntax`: no JSON. The others are JSON that would be altered in silence when it is read and written again. */
  readonly kind: 'syntax' | 'number' | 'name' | 'text'
  /** Continues the sentence "FILE ...". Never holds what is in the text, which may be somebody's data. */
  readonly problem: string
}

/** Blanks and one token (RFC 8259 sections 2, 3, 6 and 7): a bracket or separator, a string, another scalar. */
const TOKEN =
  /[ \t\n\r]*(?:([{}[\],:])|("(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/uy
const BLANKS = /[ \t\n\r]*/y

type Expectation = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or end' | 'nothing'

/** Objects and arrays that are open, the innermost last; of objects the names so far. */
type Open = Set<string> | '['

/**
 * The first place at which the text is no JSON, or is JSON that JavaScript would alter: numbers that a double does not hold (RFC 8259
 * section 6), a name that an object has twice (section 4), half a character (section 8.2). Null where it can be taken as it is. V8 names a
 * position in some of its messages only, and quotes the text.
 */
export function firstJsonProblem(text: string): JsonProblem | null {
  const open: Open[] = []
  let expected: Expectation = 'value'
  let offset = 0
  for (;;) {
    BLANKS.lastIndex = offset
    const start = offset + (BLANKS.exec(text)?.[0].length ?? 0)
    const syntax = () => ({ kind: 'syntax' as const, problem: 'is not JSON', ...positionOf(text, start) })
    if (start === text.length) return expected === 'nothing' ? null : syntax()
    TOKEN.lastIndex = offset
    const token: RegExpExecArray | null = TOKEN.exec(text)
    if (token === null) return syntax()
    const [, mark, string, scalar = ''] = token
    const isName: boolean = string !== undefined && (expected === 'name' || expected === 'name or }')
    const next: Expectation | null = after(expected, mark ?? (string === undefined ? '0' : '"'), open)
    if (next === null) return syntax()
    const altered = string === undefined ? numberProblem(scalar) : stringProblem(string, isName, open.at(-1))
    if (altered !== null) return { ...altered, ...positionOf(text, start) }
    expected = next
    offset = TOKEN.lastIndex
  }
}

type Altered = Pick<JsonProblem, 'kind' | 'problem'> | null

function stringProblem(token: string, isName: boolean, inner: Open | undefined): Altered {
  const value: unknown = JSON.parse(token)
  if (typeof value !== 'string') return null
  if (!value.isWellFormed()) return { kind: 'text', problem: 'holds half a character (a lone surrogate)' }
  if (!isName || !(inner instanceof Set)) return null
  if (value === '__proto__')
    return { kind: 'name', problem: 'has a member named __proto__, which libraries drop' }
  if (inner.has(value)) return { kind: 'name', problem: 'has the same name twice in one object' }
  inner.add(value)
  return null
}

/** True, false and null are no numbers; what is between the brackets is none either. */
function numberProblem(token: string): Altered {
  if (!/^[-\d]/.test(token)) return null
  const read = Number(token)
  return Number.isFinite(read) && digitsOf(token) === digitsOf(String(read))
    ? null
    : { kind: 'number', problem: 'has a number that a double does not hold exactly' }
}

/** The same for all spellings of one number: sign, digits without zeros at either end, and where the point is. */
function digitsOf(number: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? []
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return `${sign}0`
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`
}

/** What may follow the token; null when the token itself may not be here. `"` is any string, `0` any other scalar. */
function after(expected: Expectation, token: string, open: Open[]): Expectation | null {
  const afterValue = () => (open.length === 0 ? 'nothing' : ', or end')
  const inner = open.at(-1)
  if (inner !== undefined && token === (inner === '[' ? ']' : '}')) {
    if (expected !== ', or end' && expected !== 'value or ]' && expected !== 'name or }') return null
    open.pop()
    return afterValue()
  }
  switch (expected) {
    case 'value':
    case 'value or ]':
      if (token === '"' || token === '0') return afterValue()
      if (token !== '{' && token !== '[') return null
      open.push(token === '{' ? new Set() : '[')
      return token === '{' ? 'name or }' : 'value or ]'
    case 'name':
    case 'name or }':
      return token === '"' ? ':' : null
    case ':':
      return token === ':' ? 'value' : null
    case ', or end':
      if (token !== ',') return null
      return inner === '[' ? 'value' : 'name'
    case 'nothing':
      return null
  }
}

function positionOf(text: string, offset: number): JsonPosition {
  const lines = text.slice(0, offset).split('\n')
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}
