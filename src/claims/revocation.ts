import { strategiesWith } from '../analysis/reference-session.ts'
import { enumerateSome, formatDuration } from '../units.ts'
import { type Claim, notMeasured } from './claim.ts'
import { titleOf } from './evidence.ts'

/** So that a token in a blacklist, which is refused, does not contradict the verdict. */
const SUBJECT = 'For a JWT that the server keeps no state for'

/** All of them are in the evidence. */
const NAMED_AT_MOST = 8

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
    const refused = stateless.filter(({ id }) => afterLogout(id) === 401)
    const withState = strategiesWith(results, 'hybrid').filter(({ id }) => afterLogout(id) === 401)
    const names = (ids: readonly { readonly id: string }[]) =>
      enumerateSome(
        ids.map(({ id }) => titleOf(results, id)),
        NAMED_AT_MOST,
      )
    const were = accepted.length === 1 ? 'was' : 'were'
    const life = formatDuration(results.config.ttlSeconds * 1000)
    const evidence = [
      ...stateless,
      ...strategiesWith(results, 'hybrid'),
      ...strategiesWith(results, 'stateful'),
    ].map(({ id, title }) => `${title}: status ${afterLogout(id)} right after its logout.`)
    const remedy =
      withState.length === 0 ? '' : ` With state on the server it is refused: ${names(withState)}.`
    if (accepted.length === stateless.length) {
      return {
        verdict: 'supported',
        why: `${SUBJECT}: ${names(accepted)} ${were} still accepted right after logout, until expiry (a life of ${life} here).${remedy}`,
        evidence,
      }
    }
    return {
      verdict: accepted.length === 0 ? 'refuted' : 'depends',
      why:
        accepted.length === 0
          ? `${SUBJECT}: none was still accepted after logout.${remedy}`
          : `${SUBJECT}: ${names(accepted)} ${were} still accepted after logout, ${names(refused)} not.${remedy}`,
      evidence,
    }
  },
}
