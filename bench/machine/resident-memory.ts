import { readFileSync } from 'node:fs'

/** Of Linux on every processor that Node runs on; only other kernels' builds choose larger pages. */
const PAGE_BYTES = 4096

/** Resident memory of a process from proc(5) statm, second field, in pages. Null where the system does not show it. */
export function residentBytes(pid: number): number | null {
  try {
    const [, resident] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')
    return Number(resident) * PAGE_BYTES
  } catch {
    return null
  }
}
