import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AuthbenchError } from '../src/errors.ts'
import type { Results } from '../src/results.ts'
import { describeGit } from './environment.ts'

/** Another checkout of authbench, whose servers a change is judged against. */
export interface BaseCheckout {
  readonly servers: URL
  readonly git: Results['run']['git']
}

/**
 * The other checkout has to be whole, with its own dependencies: an upgraded library may be the very change.
 * @throws AuthbenchError AGAINST_NOT_A_CHECKOUT, AGAINST_NOT_SET_UP
 */
export function openBase(path: string): BaseCheckout {
  const root = resolve(path)
  const servers = join(root, 'servers', 'main.ts')
  if (!existsSync(servers)) {
    throw new AuthbenchError('AGAINST_NOT_A_CHECKOUT', `--against ${path}: there is no servers/main.ts`, {
      next: 'Name the folder of another checkout, for example one made with `git worktree add ../base main`.',
    })
  }
  try {
    createRequire(servers).resolve('fastify')
  } catch (error) {
    throw new AuthbenchError('AGAINST_NOT_SET_UP', `--against ${path}: its dependencies are not installed`, {
      next: `Run \`npm ci\` in ${path}.`,
      cause: error,
    })
  }
  return { servers: pathToFileURL(servers), git: describeGit(root) }
}
