// In this folder: what is different where keys lie on several servers.

const SCHEME = /^(rediss?)\+cluster:\/\//i

/**
 * `redis+cluster://user:password@a:7000,b:7001`, as one URL for each server that it names; null for any other URL. The cluster itself says
 * which servers there are: one that answers is enough.
 */
export function urlsOfCluster(url: string): readonly string[] | null {
  const [prefix, scheme] = SCHEME.exec(url) ?? []
  if (prefix === undefined || scheme === undefined) return null
  const rest = url.slice(prefix.length)
  // No host has an @ in it, and a password may have one that was not escaped: told where the URL is read.
  const end = rest.lastIndexOf('@') + 1
  const login = rest.slice(0, end)
  const places = rest.slice(end).replace(/\/$/, '').split(',')
  return places.map((place) => `${scheme.toLowerCase()}://${login}${place}`)
}
