import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import type { Results } from '../../src/results/results.ts'
import { describeGit } from '../store/environment.ts'

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
    const resolved = realpathSync(createRequire(servers).resolve('fastify'))
    // A checkout inside another one would find the other's packages, and an upgrade would look like no change.
    if (!resolved.startsWith(realpathSync(join(root, 'node_modules'))))
      throw new Error(`they are in ${resolved}`)
  } catch (error) {
    throw new AuthbenchError('AGAINST_NOT_SET_UP', `--against ${path}: its dependencies are not installed`, {
      next: `Run \`npm ci\` in ${path}.`,
      cause: error,
    })
  }
  return { servers: pathToFileURL(servers), git: describeGit(root) }
}

/** @throws AuthbenchError AGAINST_STRATEGY_MISSING, AGAINST_NOT_A_CHECKOUT */
export async function assertHasStrategies(
  { servers }: BaseCheckout,
  wanted: readonly string[],
): Promise<void> {
  let ids: readonly string[]
  try {
    const registry: { readonly STRATEGIES: object } = await import(new URL('registry.ts', servers).href)
    ids = Object.keys(registry.STRATEGIES)
  } catch (error) {
    throw new AuthbenchError(
      'AGAINST_NOT_A_CHECKOUT',
      `--against: its strategies cannot be read: ${messageOf(error)}`,
      {
        next: 'Name a checkout of a version that has servers/registry.ts.',
        cause: error,
      },
    )
  }
  const missing = wanted.filter((id) => !ids.includes(id))
  if (missing.length === 0) return
  const both = wanted.filter((id) => ids.includes(id))
  throw new AuthbenchError('AGAINST_STRATEGY_MISSING', `the other checkout has no ${missing.join(', ')}`, {
    next: both.length === 0 ? 'Name strategies that both have.' : `Use --strategies ${both.join(',')}.`,
  })
}
