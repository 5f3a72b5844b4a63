/** Where a text stops being JSON; both counted from 1. */
export interface JsonPosition {
  readonly line: number
  readonly column: number
}

/** Blanks and one token (RFC 8259 sections 2, 3, 6 and 7): a bracket or separator, a string, another scalar. */
const TOKEN =
  /[ \t\n\r]*(?:([{}[\],:])|("(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/uy
const BLANKS = /[ \t\n\r]*/y

type Expectation = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or end' | 'nothing'

/**
 * The first place at which no JSON text can go on, null for JSON. V8 names a position in some of its messages only,
 * and quotes the text, which may be somebody's data.
 */
export function firstJsonError(text: string): JsonPosition | null {
  const open: ('{' | '[')[] = []
  let expected: Expectation = 'value'
  let offset = 0
  for (;;) {
    BLANKS.lastIndex = offset
    const start = offset + (BLANKS.exec(text)?.[0].length ?? 0)
    if (start === text.length) return expected === 'nothing' ? null : positionOf(text, start)
    TOKEN.lastIndex = offset
    const token: RegExpExecArray | null = TOKEN.exec(text)
    const next: Expectation | null =
      token === null ? null : after(expected, token[1] ?? (token[2] === undefined ? '0' : '"'), open)
    if (next === null) return positionOf(text, start)
    expected = next
    offset = TOKEN.lastIndex
  }
}

/** What may follow the token; null when the token itself may not be here. `"` is any string, `0` any other scalar. */
function after(expected: Expectation, token: string, open: ('{' | '[')[]): Expectation | null {
  const afterValue = () => (open.length === 0 ? 'nothing' : ', or end')
  const inner = open.at(-1)
  if (token === (inner === '{' ? '}' : ']') && inner !== undefined) {
    if (expected !== ', or end' && expected !== 'value or ]' && expected !== 'name or }') return null
    open.pop()
    return afterValue()
  }
  switch (expected) {
    case 'value':
    case 'value or ]':
      if (token === '"' || token === '0') return afterValue()
      if (token !== '{' && token !== '[') return null
      open.push(token)
      return token === '{' ? 'name or }' : 'value or ]'
    case 'name':
    case 'name or }':
      return token === '"' ? ':' : null
    case ':':
      return token === ':' ? 'value' : null
    case ', or end':
      if (token !== ',') return null
      return inner === '{' ? 'name' : 'value'
    case 'nothing':
      return null
  }
}

function positionOf(text: string, offset: number): JsonPosition {
  const lines = text.slice(0, offset).split('\n')
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}
