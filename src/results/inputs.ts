import { z } from 'zod'

/**
 * What a run was given by its user, so that a comparison can tell that it was the same. `what` is a kind, or a kind and a name.
 * Never a value: claims may be somebody's data, credentials are secrets.
 */
export const inputSchema = z.object({
  what: z.string(),
  /** What can be said aloud, such as how many there are; null: nothing. */
  shown: z.string().nullable(),
  /** Together. */
  bytes: z.number().int().nullable(),
  /** SHA-256, the first 16 digits; of credentials, headers and bodies the first 4, which tell a change and help nobody to guess one. */
  hash: z.string(),
})
export type Input = z.infer<typeof inputSchema>

/** JSON in which the order of members makes no difference (after RFC 8785). */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}

/** An address without what its query may hold of secrets: names stay. */
export function withoutQueryValues(path: string): string {
  const [place = '', query] = path.split('?', 2)
  if (query === undefined) return place
  const names = query.split('&').map((pair) => pair.split('=', 1)[0])
  return `${place}?${names.join('&')}`
}
