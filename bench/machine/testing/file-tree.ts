import type { Files } from '../system-files.ts'

/** Files of a machine that is not this one: path to text. */
export const fileTree = (texts: Readonly<Record<string, string>>): Files => ({
  read: (path) => texts[path] ?? null,
  list: (path) => [
    ...new Set(
      Object.keys(texts)
        .filter((file) => file.startsWith(`${path}/`))
        .map((file) => file.slice(path.length + 1).split('/', 1)[0] ?? ''),
    ),
  ],
})
