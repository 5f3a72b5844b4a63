import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ALL_FAKE_SCENARIOS } from '../testing/fake-loads.ts'
import { fakeResults } from '../testing/fake-results.ts'
import { HOSTILE_TITLE, hostileStrategies, manyStrategies } from '../testing/fake-strategies.ts'
import { htmlReporter } from './html.ts'
import { renderCharts } from './registry.ts'

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

describe('the text', () => {
  const html = htmlReporter.render(fakeResults(), {})

  test('the answer stands before tables and charts, under the only h1', () => {
    expect(html.match(/<h1>/g)).toHaveLength(1)
    expect(html.indexOf('adds the least server CPU')).toBeLessThan(html.indexOf('<table'))
    expect(html.indexOf('<table')).toBeLessThan(html.indexOf('<svg'))
  })

  test('nothing is loaded and nothing runs', () => {
    expect(html).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\son\w+=/i)
    expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\//)
  })

  test('a hostile title is text everywhere', () => {
    const hostile = htmlReporter.render(fakeResults({ strategies: hostileStrategies() }), {})
    expect(hostile).not.toMatch(/<script/i)
    expect(hostile).toContain('&lt;script&gt;alert(1)&lt;/script&gt;|=cmd()')
  })

  test.each([
    ['one scenario', html],
    ['every scenario', htmlReporter.render(fakeResults({ scenarios: ALL_FAKE_SCENARIOS }), {})],
  ])('ids are unique: %s', (_name, page) => {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

/** Relative luminance and contrast of WCAG 2.2, of `rgb(r, g, b)`. */
function contrast(first: string, second: string): number {
  const luminance = (color: string) => {
    const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
      const share = Number(part) / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const [dark = 0, light = 0] = [luminance(first), luminance(second)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

describe('in Chromium', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args }).catch((cause: unknown) => {
      const next = 'install it (Debian: apt-get install chromium) or set CHROMIUM_PATH to the executable'
      throw new Error(`Chromium did not start from ${executablePath}: ${next}`, { cause })
    })
  })
  afterAll(async () => {
    await browser?.close()
  })

  async function open(
    html: string,
    width: number,
    colorScheme: 'light' | 'dark',
  ): Promise<Page & { noise: string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
    const noise: string[] = []
    page.on('request', (request) => noise.push(request.url()))
    page.on('console', (message) => noise.push(message.text()))
    page.on('pageerror', (error) => noise.push(String(error)))
    page.on('dialog', (dialog) => {
      noise.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    await page.setContent(html)
    return Object.assign(page, { noise })
  }

  test.each([
    [360, 'light'],
    [360, 'dark'],
    [1280, 'light'],
    [1280, 'dark'],
  ] as const)('at %d px, %s: silent, offline, no sideways scroll, readable', async (width, scheme) => {
    const page = await open(htmlReporter.render(fakeResults(), {}), width, scheme)
    expect(page.noise).toEqual([])
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    const colors = await page.evaluate<readonly (readonly [string, string])[]>(`
      [...document.querySelectorAll('body, p, li, td, th, dd, dt, a, caption, .unit, .interval, .note, .verdict')]
        .map((element) => [element.className + ' ' + element.tagName, getComputedStyle(element).color])`)
    const background = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    for (const [element, color] of colors)
      expect(contrast(color, background), element).toBeGreaterThanOrEqual(4.5)
    expect(contrast(background, 'rgb(255, 255, 255)') < 2).toBe(scheme === 'light')
    await page.close()
  })

  test('evidence and the long tables are folded, and open on paper', async () => {
    const page = await open(htmlReporter.render(fakeResults(), {}), 1280, 'light')
    const visible = () =>
      page.evaluate<readonly boolean[]>(
        `['.claim li', '#details td'].map((at) => document.querySelector(at).checkVisibility())`,
      )
    expect(await visible()).toEqual([false, false])
    await page.emulateMedia({ media: 'print' })
    expect(await visible()).toEqual([true, true])
    await page.close()
  })

  test.each([360, 1280])('with every kind of load at %d px: no sideways scroll', async (width) => {
    const page = await open(
      htmlReporter.render(fakeResults({ scenarios: ALL_FAKE_SCENARIOS }), {}),
      width,
      'light',
    )
    expect(page.noise).toEqual([])
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    await page.close()
  })

  test('on a phone the decision table shows what each strategy costs without scrolling', async () => {
    const page = await open(htmlReporter.render(fakeResults(), {}), 390, 'light')
    const right = await page.evaluate<number>(
      `Math.max(...[...document.querySelectorAll('#decide tr > :nth-child(2)')].map((cell) => cell.getBoundingClientRect().right))`,
    )
    expect(right).toBeLessThanOrEqual(390)
    await page.close()
  })

  test('the answer is above the fold, and every chart has a title', async () => {
    const page = await open(htmlReporter.render(fakeResults(), {}), 1280, 'light')
    const bottom = await page.evaluate<number>(
      `document.querySelector('#answer p').getBoundingClientRect().bottom`,
    )
    expect(bottom).toBeLessThan(900)
    const titles = await page.evaluate<readonly (string | null)[]>(`
      [...document.querySelectorAll('svg[role=img]')].map((svg) =>
        document.getElementById(svg.getAttribute('aria-labelledby').split(' ')[0])?.textContent ?? null)`)
    expect(titles.length).toBe(10)
    expect(titles.every((title) => title !== null && title.length > 5)).toBe(true)
    await page.close()
  })

  test('chart text on a phone is at least 9 pixels high', async () => {
    const page = await open(
      htmlReporter.render(fakeResults({ strategies: manyStrategies(35), scenarios: ALL_FAKE_SCENARIOS }), {}),
      360,
      'light',
    )
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    const smallest = await page.evaluate<number>(`
      Math.min(...[...document.querySelectorAll('svg text')].filter((text) => text.textContent !== '').map((text) =>
        parseFloat(getComputedStyle(text).fontSize) * text.ownerSVGElement.getScreenCTM().a))`)
    expect(smallest).toBeGreaterThanOrEqual(9)
    await page.close()
  })

  test('a hostile title neither runs nor disappears', async () => {
    const html = htmlReporter.render(fakeResults({ strategies: hostileStrategies() }), {})
    const page = await open(html, 1280, 'light')
    expect(page.noise).toEqual([])
    expect(await page.evaluate<number>('document.scripts.length')).toBe(0)
    expect(await page.evaluate<string>('document.body.textContent')).toContain(HOSTILE_TITLE)
    await page.close()
  })

  test('chart files are well-formed XML', async () => {
    const page = await open('<p>', 360, 'light')
    const hostile = fakeResults({ strategies: hostileStrategies(), scenarios: ALL_FAKE_SCENARIOS })
    for (const { file, svg } of renderCharts(hostile)) {
      const script = `new DOMParser().parseFromString(${JSON.stringify(svg)}, 'image/svg+xml').querySelector('parsererror')?.textContent ?? ''`
      expect(await page.evaluate<string>(script), file).toBe('')
    }
    await page.close()
  })
})
