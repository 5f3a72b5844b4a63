import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newResponseParser } from './response-parser.ts'

interface Parsed {
  readonly responses: readonly { readonly status: number; readonly closes: boolean; readonly end: number }[]
  readonly outcome: 'more' | 'malformed'
  readonly endsWithConnection: boolean
}

/** Every response of the stream, with where it ends in it. */
function parse(chunks: readonly Uint8Array[]): Parsed {
  const parser = newResponseParser()
  const responses: Parsed['responses'][number][] = []
  let before = 0
  for (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const progress = parser.read(chunk, from, chunk.length)
      if (progress === 'malformed') return { responses, outcome: progress, endsWithConnection: false }
      if (progress === 'more') break
      from = parser.consumed
      responses.push({
        status: parser.head?.status ?? 0,
        closes: parser.head?.closes ?? false,
        end: before + from,
      })
    }
    before += chunk.length
  }
  return { responses, outcome: 'more', endsWithConnection: parser.endsWithConnection() }
}

const parseText = (...chunks: readonly string[]) => parse(chunks.map((chunk) => Buffer.from(chunk, 'latin1')))
const bytewise = (text: string) => parseText(...text)

/** One response: its text, and what a parser has to say about it. */
interface Sample {
  readonly text: string
  readonly status: number
  readonly closes: boolean
}

const body = fc.string({ unit: fc.constantFrom('a', '\r', '\n', 'H', '0', ';', 'é'), maxLength: 40 })
const spelled = (name: string) => fc.constantFrom(name, name.toLowerCase(), name.toUpperCase())
const chunked = fc
  .tuple(
    fc.array(
      body.filter((text) => text !== ''),
      { maxLength: 4 },
    ),
    fc.constantFrom('', ';name=value', ' ; name="a;b"'),
    fc.constantFrom('', 'X-Trailer: 1\r\n', 'A: b\r\nC: d\r\n'),
    fc.boolean(),
  )
  .map(([parts, extension, trailer, upper]) => {
    const size = (length: number) => (upper ? length.toString(16).toUpperCase() : `0${length.toString(16)}`)
    const chunks = parts.map((part) => `${size(part.length)}${extension}\r\n${part}\r\n`)
    return { header: 'Transfer-Encoding: chunked', payload: `${chunks.join('')}0\r\n${trailer}\r\n` }
  })
const counted = fc
  .tuple(body, spelled('Content-Length'), fc.constantFrom('', ' ', '\t '))
  .map(([payload, name, space]) => ({ header: `${name}:${space}${payload.length}${space}`, payload }))
const framing = fc.oneof(
  fc.record({ status: fc.constantFrom(200, 401, 503), body: fc.oneof(chunked, counted) }),
  fc.record({
    status: fc.constantFrom(204, 304),
    body: fc.constantFrom({ header: 'X: 1', payload: '' }, { header: 'Content-Length: 7', payload: '' }),
  }),
)
const sample: fc.Arbitrary<Sample> = fc
  .record({
    framing,
    connection: fc.constantFrom(null, 'keep-alive', 'close', 'Close', 'upgrade, close', 'disclose'),
    informational: fc.constantFrom(
      '',
      'HTTP/1.1 100 Continue\r\n\r\n',
      'HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n',
    ),
    reason: fc.constantFrom(' OK', ' ', '', ' Non-Authoritative: Information'),
    filler: fc.constantFrom(
      '',
      'Date: Tue, 24 Nov 2026 09:15:00 GMT\r\n',
      'X-Content-Length: 9\r\nEmpty:\r\n',
    ),
  })
  .map(
    ({
      framing: {
        status,
        body: { header, payload },
      },
      connection,
      informational,
      reason,
      filler,
    }) => ({
      text: `${informational}HTTP/1.1 ${status}${reason}\r\n${filler}${header}\r\n${connection === null ? '' : `Connection: ${connection}\r\n`}\r\n${payload}`,
      status,
      closes: /\bclose/i.test(connection ?? ''),
    }),
  )

describe('response parser', () => {
  it('gives the same responses however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(sample, { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat({ max: 600 }), { maxLength: 8 }),
        (samples, cuts) => {
          const whole = Buffer.from(samples.map(({ text }) => text).join(''), 'latin1')
          let end = 0
          const expected = samples.map(({ text, status, closes }) => {
            end += text.length
            return { status, closes, end }
          })
          const places = [0, ...cuts.map((cut) => cut % whole.length).sort((a, b) => a - b), whole.length]
          const chunks = places.slice(1).map((place, index) => whole.subarray(places[index], place))
          for (const stream of [[whole], chunks, [...whole].map((byte) => Uint8Array.of(byte))]) {
            expect(parse(stream)).toEqual({ responses: expected, outcome: 'more', endsWithConnection: false })
          }
        },
      ),
      { seed: 3, numRuns: 300 },
    )
  })

  it('never throws and never judges by the cut, whatever the bytes are', () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.tuple(sample, fc.uint8Array({ maxLength: 20 }), fc.nat()).map(([{ text }, noise, place]) => {
        const bytes = Buffer.from(text, 'latin1')
        bytes.set(noise.subarray(0, bytes.length - (place % bytes.length)), place % bytes.length)
        return bytes
      }),
    )
    fc.assert(
      fc.property(garbage, (bytes) => {
        const { responses } = parse([bytes])
        expect(parse([...bytes].map((byte) => Uint8Array.of(byte))).responses).toEqual(responses)
      }),
      { seed: 4, numRuns: 500 },
    )
  })

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['another version', 'HTTP/2.0 200 OK\r\ncontent-length: 0\r\n\r\n'],
    ['a status of letters', 'HTTP/1.1 abc OK\r\ncontent-length: 0\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\ncontent-length: 0\r\n\r\n'],
    ['a status below 100', 'HTTP/1.1 099 OK\r\ncontent-length: 0\r\n\r\n'],
    ['a line without a colon', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\na: b'],
    ['a length that is no number', 'HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\n'],
    ['an empty length', 'HTTP/1.1 200 OK\r\ncontent-length:\r\n\r\n'],
    ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n'],
    ['a length beyond all numbers', 'HTTP/1.1 200 OK\r\ncontent-length: 9007199254740993\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n'],
    ['a chunk size that is no number', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n'],
    ['no chunk size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\n'],
    [
      'a chunk size beyond all numbers',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n11111111111111\r\n',
    ],
    ['a chunk longer than its size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n'],
    ['a head without an end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(70_000)}`],
    ['a head larger than 64 KiB', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(65_536)}\r\n\r\n`],
  ])('calls %s malformed', (_, text) => {
    expect(parseText(text)).toMatchObject({ responses: [], outcome: 'malformed' })
    expect(bytewise(text)).toMatchObject({ responses: [], outcome: 'malformed' })
  })

  it('knows garbage by its first bytes', () => {
    expect(parseText('hello').outcome).toBe('malformed')
    expect(parseText('HTT').outcome).toBe('more')
    expect(parseText('HTT', 'Q').outcome).toBe('malformed')
  })

  it('takes a head of almost 64 KiB', () => {
    const text = `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(65_000)}\r\ncontent-length: 1\r\n\r\nz`
    expect(parseText(text).responses).toHaveLength(1)
    expect(bytewise(text).responses).toHaveLength(1)
  })

  it('leaves a body without a length to the end of the connection', () => {
    const text = 'HTTP/1.1 200 OK\r\n\r\nas long as it takes'
    expect(parseText(text)).toEqual({ responses: [], outcome: 'more', endsWithConnection: true })
    expect(bytewise(text)).toEqual({ responses: [], outcome: 'more', endsWithConnection: true })
  })

  it('takes HTTP/1.0 to close unless it says that it does not', () => {
    const closes = (header: string) => bytewise(`HTTP/1.0 200 OK\r\ncontent-length: 0\r\n${header}\r\n`)
    expect(closes('').responses[0]?.closes).toBe(true)
    expect(closes('Connection: Keep-Alive\r\n').responses[0]?.closes).toBe(false)
    expect(closes('Connection: Upgrade\r\n').responses[0]?.closes).toBe(true)
  })

  it('prefers chunks to a length (RFC 9112 section 6.3)', () => {
    const text =
      'HTTP/1.1 200 OK\r\ncontent-length: 99\r\ntransfer-encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n'
    expect(bytewise(text).responses).toEqual([{ status: 200, closes: false, end: text.length }])
  })

  it('begins afresh after a reset', () => {
    const parser = newResponseParser()
    const half = Buffer.from('HTTP/1.1 200 OK\r\ncontent-le')
    const whole = Buffer.from('HTTP/1.1 201 OK\r\ncontent-length: 0\r\n\r\n')
    expect(parser.read(half, 0, half.length)).toBe('more')
    parser.reset()
    expect(parser.read(whole, 0, whole.length)).toBe('complete')
    expect(parser.head?.status).toBe(201)
  })
})
