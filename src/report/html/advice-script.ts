import { advise, PARTS } from '../../advice/advise.ts'
import { readWishes } from '../../advice/wishes.ts'

/**
 * The functions of the command, as text: each refers to its arguments only, so that the page and the command cannot differ.
 * Type stripping leaves plain JavaScript behind, and so does the compiler.
 */
const FUNCTIONS = `
  const PARTS = {${Object.entries(PARTS)
    .map(([name, part]) => `${name}: ${part}`)
    .join(',\n')}}
  const advise = ${advise}
  const readWishes = ${readWishes}
`

/** The selector; `make` comes from the script around it. It sets texts, never markup. */
export const ADVICE_SCRIPT = `
;(() => {
  const place = document.querySelector('.advice[data-facts]')
  if (!place) return
  ${FUNCTIONS}
  const facts = JSON.parse(place.dataset.facts)
  const START = '#advice?'
  /** So that a reader who asks for nothing sees what an answer is like. */
  const EXAMPLE = { 'revoke-within': '1s', 'redis-rtt': '1ms', users: '100000', services: '2' }
  const option = ([value, textContent]) => make('option', { value, textContent })
  const select = (...options) => make('select', {}, ...options.map(option))
  const text = (placeholder) => make('input', { type: 'text', placeholder, autocomplete: 'off', spellcheck: false })
  const FIELDS = [
    ['revoke-within', 'Revoked after a logout', select(['', 'when it expires'], ['at-once', 'at once'], ['1s', 'within 1 s'],
      ['5s', 'within 5 s'], ['1min', 'within 1 min'], ['5min', 'within 5 min'], ['1h', 'within 1 h'])],
    ['redis-rtt', 'Redis and back takes', text('0ms')],
    ['users', 'Users who are logged in', text('such as 100000')],
    ['requests-per-user', 'Requests per user and second', text('such as 0.1')],
    ['services', 'Services that verify', text('1')],
    ['roles', 'More roles in the token', text('0')],
    ['handler', 'Your handler takes', text('such as 5ms')],
    ['transport', 'Sent as', select(['', 'as measured'], ['bearer', 'bearer token'], ['cookie', 'cookie'])],
    ['without-store', 'Has to work without the store', make('input', { type: 'checkbox', value: 'yes' })],
  ].map(([wish, title, input]) => {
    const problem = make('span', { className: 'problem', id: 'problem-' + wish })
    input.name = wish
    input.setAttribute('aria-describedby', problem.id)
    const label = input.type === 'checkbox' ? make('label', {}, input, ' ' + title) : make('label', {}, title, input)
    return { wish, title, input, problem, element: make('div', {}, label, problem) }
  })
  const status = make('output')
  const named = make('div', { className: 'named' })
  const others = make('ul', { className: 'others' })
  const example = make('p', { className: 'muted', textContent: 'An example is filled in. Change it to what you need.' })
  const form = make('form', { ariaLabel: 'What you need' }, ...FIELDS.map(({ element }) => element),
    make('button', { type: 'reset', textContent: 'Clear' }))
  const notes = make('p', { className: 'note' })

  const list = (title, lines) => lines.length === 0 ? [] : [make('h4', { textContent: title }),
    make('dl', {}, ...lines.flatMap(({ label, text }) => [make('dt', { textContent: label }), make('dd', { textContent: text })]))]
  const card = ({ id, title, because, summary, measured, modelled, unknown }) => make('article', {},
    make('h3', {}, title, ' ', make('span', { className: 'unit', textContent: id })),
    make('p', { textContent: because.join(', ') }),
    ...list('Measured', measured), ...list('Model, from the measured numbers', modelled),
    ...list('Not known', unknown.map((text) => ({ label: '?', text }))),
    make('p', { className: 'muted', textContent: summary }))
  const wishName = (wish) => FIELDS.find((field) => field.wish === wish).title.toLowerCase()
  const line = (what, subjects, isOut) => make('li', { className: isOut ? 'out' : '' },
    make('b', { textContent: what }), ': ' + subjects.map(({ title }) => title).join(', '))
  const grouped = (items, what) => [...Map.groupBy(items, what)].map(([text, same]) => line(text, same, true))

  const typed = () => Object.fromEntries(FIELDS.flatMap(({ wish, input }) => {
    const value = input.type === 'checkbox' ? (input.checked ? 'yes' : '') : input.value.trim()
    return value === '' ? [] : [[wish, value]]
  }))
  const show = () => {
    const { wishes, problems } = readWishes(typed())
    for (const { wish, input, problem } of FIELDS) {
      const found = problems.find((each) => each.wish === wish)
      problem.textContent = found?.text ?? ''
      input.setAttribute('aria-invalid', String(found !== undefined))
    }
    const advice = advise(facts, wishes, PARTS)
    place.dataset.advice = JSON.stringify(advice)
    const rest = advice.left.filter(({ id }) => advice.named.every((each) => each.id !== id))
    const names = advice.named.map(({ title }) => title)
    status.textContent = (problems.length > 0 ? 'Not all could be read. ' : '') +
      (names.length === 0 ? 'No strategy of this run is known to meet all wishes' : names.join('; ')) +
      ' (' + advice.ruledOut.length + ' ruled out, ' + advice.dominated.length + ' outdone)'
    named.replaceChildren(...advice.named.map(card))
    others.replaceChildren(
      ...(rest.length === 0 ? [] : [line('Left as well', rest)]),
      ...advice.inTheWay.map(({ wish, of }) => line('Only \u201c' + wishName(wish) + '\u201d is in the way of', of)),
      ...grouped(advice.dominated, ({ by, text }) => 'Outdone by ' + by.title + ' in ' + text),
      ...grouped(advice.ruledOut.flatMap(({ title, unmet }) => unmet.map((each) => ({ ...each, title }))),
        ({ wish, text, known }) => 'Ruled out, ' + wishName(wish) + ': ' + (known ? '' : 'not known, ') + text))
    const lit = new Set(advice.left.map(({ id }) => id))
    const isAsked = !example.isConnected && Object.keys(typed()).length > 0
    for (const mark of document.querySelectorAll('#answer svg [data-subject]'))
      mark.classList.toggle('dim', isAsked && !lit.has(mark.dataset.subject))
    notes.textContent = advice.notes.join(' ')
  }
  const remember = () => {
    const words = new URLSearchParams(typed()).toString()
    // Some viewers give a page no address of its own.
    try { history.replaceState(null, '', words === '' ? '#advice' : START + words) } catch {}
  }
  const fill = (words) => {
    for (const { wish, input } of FIELDS) {
      const value = words.get(wish) ?? ''
      if (input.type === 'checkbox') input.checked = value === 'yes'
      else {
        if (input.options && ![...input.options].some((each) => each.value === value)) input.append(option([value, value]))
        input.value = value
      }
    }
  }
  const recall = () => {
    if (!location.hash.startsWith(START)) return false
    example.remove()
    fill(new URLSearchParams(location.hash.slice(START.length)))
    return true
  }
  const changed = () => { example.remove(); show(); remember() }
  form.addEventListener('input', changed)
  form.addEventListener('reset', () => setTimeout(changed))
  form.addEventListener('submit', (event) => event.preventDefault())
  addEventListener('hashchange', () => { if (recall()) show() })
  const more = make('details', {}, make('summary', { textContent: 'Left, outdone and ruled out' }), others, notes)
  place.replaceChildren(example, form, status, named, more)
  const isAsked = recall()
  if (!isAsked) fill(new URLSearchParams(EXAMPLE))
  show()
  if (isAsked) place.scrollIntoView()
})()
`
