import type { Random } from '../plan/random.ts'

/** Standard normal numbers, one per call (Box, Muller, Annals of Mathematical Statistics 29(2), 1958). */
export function normalSource(random: Random): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
