/** Of several checks at once in one process: whoever ends first must not take the ears of the others. */
const listeners = new Set<(text: string) => void>()
let restore = () => {}

/** Everything that this process prints while the work is done. */
export async function printedDuring(work: () => Promise<void>): Promise<string> {
  let printed = ''
  const listen = (text: string) => {
    printed += text
  }
  if (listeners.size === 0) restore = overhear()
  listeners.add(listen)
  try {
    await work()
  } finally {
    listeners.delete(listen)
    if (listeners.size === 0) restore()
  }
  return printed
}

function overhear(): () => void {
  const originals = [process.stdout, process.stderr].map((stream) => {
    const { write } = stream
    stream.write = (text: string | Uint8Array, ...rest: unknown[]) => {
      for (const listen of listeners) listen(String(text))
      return Reflect.apply(write, stream, [text, ...rest])
    }
    return () => {
      stream.write = write
    }
  })
  return () => {
    for (const putBack of originals) putBack()
  }
}
