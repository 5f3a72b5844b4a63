import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

const LISTEN = '0A'

/**
 * Processes of this machine that listen on the TCP port, from /proc/net and /proc/PID/fd: several where they share the socket. Empty where
 * the system does not show it, or somebody else's process holds the port.
 */
export function listenersOn(port: number): readonly number[] {
  const sockets = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => listeningInodes(file, port)))
  if (sockets.size === 0) return []
  return numbersIn('/proc').filter((pid) =>
    numbersIn(`/proc/${pid}/fd`).some((descriptor) => sockets.has(linkOf(`/proc/${pid}/fd/${descriptor}`))),
  )
}

/** Columns of proc(5): local address as HEX:PORT in the second, state in the fourth, inode in the tenth. */
function listeningInodes(file: string, port: number): readonly string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  return linesOf(file).flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
    return state === LISTEN && local.endsWith(`:${wanted}`) ? [`socket:[${inode}]`] : []
  })
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(1)
  } catch {
    return []
  }
}

function numbersIn(folder: string): readonly number[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
