/** Restricted edit distance (Levenshtein 1966), by rows. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}

/** The valid name that a misspelt one most likely meant. */
export function nearest(name: string, valid: readonly string[]): string | null {
  const lower = name.toLowerCase()
  const containing = valid.filter((candidate) => lower !== '' && candidate.toLowerCase().includes(lower))
  const pool = containing.length > 0 ? containing : valid
  return (
    pool
      .map((candidate) => ({ candidate, distance: distance(lower, candidate.toLowerCase()) }))
      .sort((a, b) => a.distance - b.distance)[0]?.candidate ?? null
  )
}
