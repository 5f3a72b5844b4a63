import { formatDuration } from '../units.ts'
import { type Claim, notMeasured } from './claim.ts'
import { listed, strategiesWith, titleOf } from './evidence.ts'

export const revocation: Claim = {
  id: 'jwt-revocation',
  text: 'A JWT cannot be revoked.',
  judge(results) {
    const afterLogout = (id: string) =>
      results.probes.find(({ strategy }) => strategy === id)?.revokedStatus ?? 0
    const stateless = strategiesWith(results, 'stateless')
    if (stateless.length === 0) {
      return notMeasured('No stateless strategy was part of the run; add one, such as jwt-hs256.')
    }
    const accepted = stateless.filter(({ id }) => afterLogout(id) === 200)
    const refused = [...stateless, ...strategiesWith(results, 'hybrid')].filter(
      ({ id }) => afterLogout(id) === 401,
    )
    const names = (ids: readonly { readonly id: string }[]) =>
      listed(ids.map(({ id }) => titleOf(results, id)))
    const life = formatDuration(results.config.ttlSeconds * 1000)
    const evidence = [
      ...stateless,
      ...strategiesWith(results, 'hybrid'),
      ...strategiesWith(results, 'stateful'),
    ].map(({ id, title }) => `${title}: status ${afterLogout(id)} right after its logout.`)
    const remedy = refused.length === 0 ? '' : ` With state on the server it is refused: ${names(refused)}.`
    if (accepted.length === stateless.length) {
      return {
        verdict: 'supported',
        why: `Still accepted right after logout, until it expires (a life of ${life} here): ${names(accepted)}.${remedy}`,
        evidence,
      }
    }
    return {
      verdict: accepted.length === 0 ? 'refuted' : 'depends',
      why:
        accepted.length === 0
          ? 'No stateless strategy accepted a credential after its logout.'
          : `Still accepted after logout: ${names(accepted)}. Not accepted: ${names(refused)}.`,
      evidence,
    }
  },
}
