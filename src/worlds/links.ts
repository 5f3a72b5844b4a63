import type { Link } from './world.ts'

/**
 * Links by their names. `edge`, `3g` and `4g` are WebPageTest's profiles Edge, 3G and 4G (its connectivity.ini), `wifi` is the preset of that name in
 * the developer tools of Chrome, `lan` is gigabit Ethernet with the round trip of one switch.
 */
export const LINKS = {
  edge: { upBitsPerSecond: 200_000, downBitsPerSecond: 240_000, roundTripMs: 840 },
  '3g': { upBitsPerSecond: 768_000, downBitsPerSecond: 1_600_000, roundTripMs: 300 },
  '4g': { upBitsPerSecond: 9_000_000, downBitsPerSecond: 9_000_000, roundTripMs: 170 },
  wifi: { upBitsPerSecond: 15_000_000, downBitsPerSecond: 30_000_000, roundTripMs: 2 },
  lan: { upBitsPerSecond: 1_000_000_000, downBitsPerSecond: 1_000_000_000, roundTripMs: 0.2 },
} as const satisfies Record<string, Omit<Link, 'name'>>

const isLink = (name: string): name is keyof typeof LINKS => Object.hasOwn(LINKS, name)

export const LINK_NAMES: readonly string[] = Object.keys(LINKS)

/** Null where there is none of that name. */
export const linkNamed = (name: string): Link | null => (isLink(name) ? { name, ...LINKS[name] } : null)
