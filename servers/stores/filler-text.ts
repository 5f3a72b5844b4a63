import { randomFillSync } from 'node:crypto'

/** Drawn at once: a draw of a few bytes costs most of what one of thousands does, and was two fifths of the time that a fill took. */
const drawn = Buffer.alloc(48 * 1024)
let used = drawn.length

/** Random text for entries that nobody is to find: what is filled in has no owner who knows its id. */
export function otherText(bytes: number): string {
  if (used + bytes > drawn.length) {
    randomFillSync(drawn)
    used = 0
  }
  used += bytes
  return drawn.toString('base64url', used - bytes, used)
}

/** As long as the subjects of a run, and never one of them: those have a number there. Of 36 random bits: of a million a handful meet. */
export const otherSubject = () => `user-x${otherText(6).slice(0, 6)}`
