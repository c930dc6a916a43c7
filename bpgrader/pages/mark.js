// Every change of a mark is sent at once; one answer after the other, never two sendings of one.
const WAIT = 500; // ms, while somebody types
const question = document.body.dataset.question;
const articles = [...document.querySelectorAll("article")];
const boxes = (place) => [...place.querySelectorAll("[type=checkbox]")];
const same = (a, b) => JSON.stringify(said(a)) === JSON.stringify(said(b));
const said = ({ points, ticked, comment }) => [points, ticked, comment];
const unsaved = new Set();

function shown(form) {
  const { points, comment } = form.elements;
  const ticked = boxes(form).filter((box) => box.checked).map((box) => box.value);
  const number = points.value === "" ? null : points.valueAsNumber;
  return { points: number, ticked, comment: comment.value.trim() };
}

function show(article, state) {
  const form = article.querySelector("form");
  form.elements.points.value = state.points ?? "";
  form.elements.comment.value = state.comment;
  for (const box of boxes(form)) box.checked = state.ticked.includes(box.value);
  article.state = state;
  article.sent = shown(form);
}

function tell(article, text, trouble = false) {
  const status = article.querySelector("[role=status]");
  status.textContent = text;
  status.classList.toggle("trouble", trouble);
  article.trouble = trouble;
  const marked = articles.filter((one) => one.state.points !== null);
  document.querySelector("#count").textContent = marked.length;
}

function tellBefore(article, text) {
  const line = article.querySelector(".before");
  line.hidden = !text;
  line.querySelector("span").textContent = text;
}

async function send(article, fresh) {
  const body = {
    code: article.id, question, version: article.dataset.version, new: fresh, seen: article.state,
  };
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch("mark", { method: "POST", headers, body: JSON.stringify(body), keepalive: true });
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer.json();
}

async function save(article) {
  clearTimeout(article.timer);
  if (article.saving) return; // it looks again when it has finished
  article.saving = true;
  const form = article.querySelector("form");
  try {
    for (let fresh = shown(form); !same(fresh, article.sent); fresh = shown(form)) {
      if (!form.elements.points.checkValidity() || Number.isNaN(fresh.points)) {
        throw new Error(`points are a number from 0 to ${form.elements.points.max}`);
      }
      tell(article, "saving …");
      article.sending = fresh;
      const state = await send(article, fresh);
      if (state.before !== article.state.before) tellBefore(article, state.before);
      article.overwrote = state.before !== article.state.before;
      article.state = state;
      article.sent = fresh;
    }
    unsaved.delete(article);
    const words = article.state.points === null ? "saved, waits" : "saved";
    const other = ": another window had saved something else, which now stands under Before";
    tell(article, article.overwrote ? words + other : words);
  } catch (error) {
    const gone = error instanceof TypeError;
    const why = gone ? "bpgrader mark does not answer; start it again and copy this over" : error.message;
    tell(article, `not saved: ${why}`, true);
  } finally {
    article.saving = false;
  }
}

function changed(article, wait) {
  if (same(shown(article.querySelector("form")), article.sent)) unsaved.delete(article);
  else unsaved.add(article);
  clearTimeout(article.timer);
  article.timer = setTimeout(save, wait, article);
}

function add(article) {
  const form = article.querySelector("form");
  const points = boxes(form).filter((box) => box.checked).map((box) => Number(box.dataset.points));
  form.elements.points.value = Number(points.reduce((a, b) => a + b, 0).toFixed(6));
  changed(article, 0);
}

function tick(article, choose) {
  boxes(article.querySelector("form")).forEach((box, k) => { box.checked = choose(box.checked, k); });
  add(article);
}

function go(article) {
  article?.focus({ preventScroll: true });
  article?.scrollIntoView({ block: "start" });
}

function waiting(from) {
  const order = [...articles.slice(from + 1), ...articles.slice(0, from + 1)];
  return order.find((article) => article.state.points === null);
}

const KEYS = {
  j: (k) => go(articles[k + 1]),
  k: (k) => go(articles[k - 1]),
  n: (k) => go(waiting(k)),
  f: (k) => tick(articles[k], () => true),
  x: (k) => tick(articles[k], () => false),
  p: (k) => articles[k].querySelector("[name=points]").select(),
  c: (k) => articles[k].querySelector("textarea").focus(),
};

function press(event) {
  const article = event.target.closest("article");
  const typing = event.target.matches("textarea, [type=number]");
  if (!article || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (typing) {
    if (event.key === "Escape") go(article);
    return;
  }
  const number = articles.indexOf(article);
  const box = boxes(article)[event.key - 1];
  if (box) tick(article, (was, k) => was !== (k === event.key - 1));
  else if (KEYS[event.key]) KEYS[event.key](number);
  else return;
  event.preventDefault();
}

async function look() { // what other windows have saved
  for (const article of unsaved) save(article);
  const answer = await fetch(`states?${new URLSearchParams({ name: question })}`).catch(() => null);
  if (!answer?.ok) return;
  const states = await answer.json();
  for (const article of articles) {
    const state = states[article.id];
    if (!state || state.version !== article.dataset.version) {
      tell(article, "this answer has changed meanwhile; load the page again", true);
    } else if (!unsaved.has(article) && !article.saving && !same(state, article.state)) {
      show(article, state);
      tellBefore(article, state.before);
      tell(article, state.points === null ? "waits" : "saved, in another window");
    }
  }
}

for (const article of articles) {
  show(article, JSON.parse(article.dataset.state)); // not what the browser remembers of an earlier visit
  article.addEventListener("change", ({ target }) => {
    if (target.type === "checkbox") add(article);
    else changed(article, 0);
  });
  article.addEventListener("input", ({ target }) => target.type !== "checkbox" && changed(article, WAIT));
  article.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
}
document.addEventListener("keydown", press);
document.querySelector("#next").addEventListener("click", () => go(waiting(-1)));
addEventListener("focus", look);
addEventListener("visibilitychange", () => unsaved.forEach(save));
addEventListener("beforeunload", (event) => {
  unsaved.forEach(save); // what is on its way arrives, though the page is left
  const lost = ({ trouble, sending }, now) => trouble || !same(now, sending);
  const losing = [...unsaved].some((article) => lost(article, shown(article.querySelector("form"))));
  if (losing) event.preventDefault(); // what was changed while the last change was on its way
});
go(waiting(-1));
