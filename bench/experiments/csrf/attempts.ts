import type { Attack, Attacker } from '../../../src/experiments/csrf/observation.ts'
import type { Page } from '../../worlds/browser.ts'
import { csrfToken, type Seen, type Victim } from './victim-app.ts'

/** Chromium sends every name under `localhost` to this machine, and takes the last two labels for the site. */
const HOSTS: Readonly<Record<Attacker | 'victim', string>> = {
  victim: 'app.victim.localhost',
  sibling: 'blog.victim.localhost',
  'other site': 'www.attacker.localhost',
}
const USER = 'user'
const ATTACKER = 'attacker'
/** The attacker has an account too, and with it a token that is good for their own session. */
const STRANGE_TOKEN = csrfToken('a session of the attacker')

/** A browser with one page, and where the two sites are. */
export interface Scene {
  readonly page: Page
  readonly victim: Victim
  readonly victimPort: number
  readonly hostilePort: number
}

export interface Attempted {
  /** Sec-Fetch-Site as it arrived. */
  readonly site: string | null
  readonly accepted: boolean
}

const victimOrigin = ({ victimPort }: Scene): string => `http://${HOSTS.victim}:${victimPort}`
const hostileOrigin = (attacker: Attacker, { hostilePort }: Scene) =>
  `http://${HOSTS[attacker]}:${hostilePort}`

const newMark = () => crypto.randomUUID()

type Fields = Readonly<Record<string, string>>

/** A form that is sent as soon as it is there. */
const formScript = (action: string, fields: Fields): string => `{
  const form = document.createElement('form')
  form.method = 'POST'
  form.action = ${JSON.stringify(action)}
  for (const [name, value] of Object.entries(${JSON.stringify(fields)})) {
    const field = document.createElement('input')
    Object.assign(field, { type: 'hidden', name, value })
    form.append(field)
  }
  document.body.append(form)
  form.submit()
}`

const linkScript = (url: string): string => `location.href = ${JSON.stringify(url)}`

/** Settles in any case: a browser may keep the request back. */
const fetchScript = (url: string, mode: string, contentType: string, body: string): string =>
  `fetch(${JSON.stringify(url)}, ${JSON.stringify({
    method: 'POST',
    mode,
    credentials: 'include',
    headers: { 'content-type': contentType },
    body,
  })}).then(() => undefined, () => undefined)`

const imageScript = (url: string): string => `new Promise((resolve) => {
  const image = new Image()
  image.onload = image.onerror = () => resolve()
  image.src = ${JSON.stringify(url)}
})`

/** On a page of the site itself, with the token that it has. */
async function sendOwnForm(scene: Scene, path: string, fields: Fields = {}): Promise<Seen | null> {
  const { page, victim } = scene
  const mark = newMark()
  const origin = victimOrigin(scene)
  await page.open(`${origin}/`)
  const token = String(await page.evaluate('document.body.dataset.token'))
  await page.follow(formScript(`${origin}${path}?mark=${mark}`, { ...fields, csrf_token: token }))
  return victim.seen(mark)
}

/** @throws where the site does not let its own user in */
export async function logIn(scene: Scene): Promise<void> {
  const seen = await sendOwnForm(scene, '/login', { subject: USER })
  if (seen?.subject !== USER) throw new Error('the site refused its own form of login')
}

export const ownTransfer = async (scene: Scene): Promise<boolean> =>
  (await sendOwnForm(scene, '/transfer'))?.subject === USER

export async function arrivesLoggedIn(scene: Scene): Promise<boolean> {
  const mark = newMark()
  await scene.page.open(hostileOrigin('other site', scene))
  await scene.page.follow(linkScript(`${victimOrigin(scene)}/?mark=${mark}`))
  return scene.victim.seen(mark)?.subject === USER
}

/** From a page of the attacker, in the browser of somebody who is logged in. */
export async function attempt(attack: Attack, attacker: Attacker, scene: Scene): Promise<Attempted> {
  const { page, victim } = scene
  const mark = newMark()
  const target = `${victimOrigin(scene)}/transfer?mark=${mark}`
  const fields = { csrf_token: STRANGE_TOKEN }
  await page.open(hostileOrigin(attacker, scene))
  switch (attack) {
    case 'form post':
      await page.follow(formScript(target, fields))
      break
    case 'link':
      await page.follow(linkScript(target))
      break
    case 'fetch':
      await page.evaluate(
        fetchScript(
          target,
          'no-cors',
          'application/x-www-form-urlencoded',
          String(new URLSearchParams(fields)),
        ),
      )
      break
    case 'fetch json':
      await page.evaluate(fetchScript(target, 'cors', 'application/json', JSON.stringify(fields)))
      break
    case 'image':
      await page.evaluate(imageScript(target))
      break
    case 'login': {
      const login = `${victimOrigin(scene)}/login?mark=${mark}`
      await page.follow(formScript(login, { ...fields, subject: ATTACKER }))
      // What counts is who the browser is from then on.
      await page.open(victimOrigin(scene))
      const accepted = (await page.evaluate('document.title')) === ATTACKER
      return { site: victim.seen(mark)?.site ?? null, accepted }
    }
    default:
      return attack satisfies never
  }
  const seen = victim.seen(mark)
  return { site: seen?.site ?? null, accepted: seen?.subject === USER }
}
