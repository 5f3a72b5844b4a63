import { readdirSync, readFileSync } from 'node:fs'

/** What the kernel shows in files; a tree of texts in tests. */
export interface Files {
  /** Null where it is not there, or not ours to read. */
  read(path: string): string | null
  /** Names inside a folder; empty where there is none. */
  list(path: string): readonly string[]
}

/** Processes, threads or descriptors below /proc. */
export const numbersIn = (path: string): readonly number[] =>
  systemFiles
    .list(path)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)

export const systemFiles: Files = {
  read(path) {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return null
    }
  },
  list(path) {
    try {
      return readdirSync(path)
    } catch {
      return []
    }
  },
}
